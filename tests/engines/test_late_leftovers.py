"""However a run with late workers ends, no process, shared-memory segment or semaphore of it is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.leftovers import nothing_is_left

SCRIPT = """
import json, os, signal, sys, time
import numpy as np
from sgdkit import SGD, SyncSGD
from sgdkit.asynchronous import AsyncSGD
from sgdkit.data import parabola
from sgdkit.models import parabola as network
from sgdkit.stragglers import Stragglers

ending, kind, method = sys.argv[1:]
late = Stragglers("pareto", 0.004)

def tell(step):
    if step.step == 5:
        engine = trainer.engine
        while method == "forkserver" and not all(one.ready for one in engine.pool._dispatcher.workers):
            time.sleep(0.01)  # one that is still being imported by Python's server would print its Ctrl-C
        names = [segment.name for segment in engine._memory._segments]
        names += [s._semlock.name for s in [*engine._signals.go, engine._signals.done]]
        print(json.dumps({"pids": engine.pool.pids, "names": [n for n in names if n]}), flush=True)
        if ending == "worker killed":
            os.kill(engine.pool.pids[0], signal.SIGKILL)
    return ending in ("success", "worker killed") and step.step == 20

def gradient(w, X, Y):
    if ending == "exception" and w[0] > 100.5:
        raise LookupError("on purpose")
    return np.full(w.size, -1.0 * len(X))

w0 = np.full(network().size, 100.0)
if __name__ == "__main__":
    how = dict(optimizer=SGD(lr=0.01), gradient=gradient, batch_size=6, start_method=method, stragglers=late)
    if kind == "backup":
        trainer = SyncSGD(network(), workers=2, backup=1, **how)
    else:
        trainer = AsyncSGD(network(), workers=3, lock_free=kind == "lock-free", **how)
    with trainer:
        run = trainer.fit(parabola().train, epochs=10**5, w0=w0, callback=tell, progress=False)
    print("steps", run.steps, "interrupted", run.interrupted)
"""


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="shared memory is visible as files on Linux only")
@pytest.mark.parametrize(
    ("kind", "method"),
    [("backup", "fork"), ("backup", "spawn"), ("backup", "forkserver"), ("async", "fork"), ("lock-free", "fork")],
)
@pytest.mark.parametrize("ending", ["success", "exception", "Ctrl-C", "worker killed", "master killed"])
def test_nothing_is_left_after(ending, kind, method, tmp_path):
    nothing_is_left(SCRIPT, ending, [kind, method], 3, tmp_path)
