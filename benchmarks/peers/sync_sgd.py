"""The kit: SyncSGD, as a user calls it, with its timeline, history and path of w; without the progress bar.

Nothing is set for it: one BLAS thread a worker is its own doing. It would also give each worker a core of its own, but
only on an idle machine, which this one is not while others are measured. Open MPI binds its ranks to cores; where the
other competitors' processes run is left to the system, as it is for whoever uses them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sgdkit import SyncSGD
from sgdkit.optimizers import SGD
from sgdkit.run import Run

from ..case import Case
from .peer import Place, Times


class SyncSGDPeer:
    """engine: "pool" or "serial"."""

    def __init__(self, case: Case, place: Place, engine: str = "pool", workers: int = 2) -> None:
        self.case, self.rank, self.data = case, place.rank, case.make_data()
        self.trainer = SyncSGD(
            case.make_network(),
            SGD(lr=case.lr),
            workers=workers,
            batch_size=case.batch,
            seed=case.seed,
            engine=engine,
        )
        self._w = self.trainer.model.init(case.seed, case.dtype)

    def train(self, epochs: int) -> Times:
        run = self.trainer.fit(self.data, epochs, w0=self._w, progress=False, evaluate=False)
        self._w = run.w
        steps = self.case.steps
        shared = run.timeline.shared.reshape(epochs, steps)
        ends = run.seconds.reshape(epochs, steps)[:, -1]
        return Times(
            ((shared[:, -1] - shared[:, 0]) / (steps - 1)).tolist(),
            np.diff(ends, prepend=0.0).tolist(),
            parts(run, steps),
        )

    def w(self) -> NDArray[np.floating]:
        return self._w

    def close(self) -> None:
        self.trainer.close()


def parts(run: Run, steps: int) -> dict[str, float]:
    """Where a step's time goes, medians over the last epoch's steps, in seconds.

    A step lasts from the master's `shared` to the next step's. compute: begin to end of the slowest worker. update:
    the master's averaging and updating, `passed` to `updated`. overhead: all the rest, which is share + skew + barrier
    + history: until the first worker has begun; what the workers lose because one begins later than the other; from
    the last worker's end until the master goes on; from `updated` to the next step.
    """
    t, last = run.timeline, slice(-steps, -1)
    period = np.diff(t.shared[-steps:])
    compute = np.nanmax(t.end - t.begin, axis=1)[last]
    first, end = np.nanmin(t.begin, axis=1)[last], np.nanmax(t.end, axis=1)[last]
    update = (t.updated - t.passed)[last]
    seconds = {
        "median": period,
        "compute": compute,
        "update": update,
        "overhead": period - compute - update,
        "share": first - t.shared[last],
        "skew": end - first - compute,
        "barrier": t.passed[last] - end,
        "history": t.shared[-steps + 1 :] - t.updated[last],
    }
    return {name: float(np.median(values)) for name, values in seconds.items()}
