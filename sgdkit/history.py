"""What is kept of a run while it goes on: losses, times, the path of w, the timeline, and the progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from .models import Network
from .own_gradient import OwnGradient
from .run import EpochRecord, Path, Run
from .timeline import Clock, Recorder
from .types import Vector

_HOPELESS = 1e6  # a loss that has grown by this factor does not come down again


class Step(NamedTuple):
    """What a callback gets after each step. w is the trainer's own array: copy it to keep it."""

    epoch: int
    step: int
    w: Vector
    loss: float
    seconds: float


class History:
    """Grows by a step, by an epoch, and becomes a Run in the end."""

    def __init__(self, network: Network | OwnGradient, w0: Vector, settings: dict[str, Any], workers: int) -> None:
        self.network, self.w0, self.settings = network, w0.copy(), settings
        self.losses: list[float] = []
        self.seconds: list[float] = []
        self.epochs: list[EpochRecord] = []
        self.path = Path(w0.size, w0.itemsize)
        self.path.pass_by(0, w0)
        self.diverged: int | None = None
        self._recorder = Recorder(workers)
        self._cpu, self._wall = np.zeros(workers), 0.0
        self._bar: tqdm[Any] | None = None
        self._start = self._session_start = self._paused = 0.0

    @property
    def steps(self) -> int:
        """Steps done so far; the number of the step under way."""
        return len(self.losses)

    def begin(self, steps: int, progress: bool) -> None:
        """The clock starts, after whatever an earlier session has used."""
        self._bar = progress_bar(steps, self.steps, self.network.name) if progress else None
        self._start = time.perf_counter() - (self.seconds[-1] if self.seconds else 0.0)
        self._session_start = time.perf_counter()

    def step(
        self, w: Vector, loss: float, begin: float, spans: NDArray[np.float64], passed: float, updated: float
    ) -> None:
        """A step has ended with w, whose mini-batch had this loss before the update."""
        self.losses.append(loss)
        if not loss <= _HOPELESS * max(self.losses[0], 1.0):  # NaN is not, either
            self.diverged = self.steps - 1
        self.seconds.append(updated - self._start - self._paused)
        self.path.pass_by(self.steps, w)
        self._recorder.add(begin, spans, passed, updated)
        if self._bar is not None and self._bar.update(1):
            self._bar.set_postfix_str(f"loss {loss:.4g}", refresh=False)

    def last_step(self, epoch: int, w: Vector) -> Step:
        """The step that has just ended, for a callback."""
        return Step(epoch, self.steps - 1, w, self.losses[-1], self.seconds[-1])

    def epoch(
        self, loss: float | None, accuracy: float | None, test_loss: float | None, test_accuracy: float | None
    ) -> None:
        """An epoch has ended; None where nothing was measured."""
        seconds = self.seconds[-1] if self.seconds else 0.0
        self.epochs.append(EpochRecord(len(self.epochs), loss, accuracy, test_loss, test_accuracy, seconds))

    @contextmanager
    def efforts(self, cpu_seconds: Callable[[], Clock]) -> Iterator[None]:
        """The steps of an epoch are inside: what the workers do for them, and how long that takes, is added up.

        cpu_seconds: an engine's. Steps that an error or a second Ctrl-C has cut off are not added.
        """
        start = time.perf_counter()  # first and last, so that no CPU time lies outside
        before = cpu_seconds()
        yield
        self._cpu += cpu_seconds() - before
        self._wall += time.perf_counter() - start

    @contextmanager
    def pause(self) -> Iterator[None]:
        """What happens inside does not count as training time."""
        start = time.perf_counter()
        yield
        self._paused += time.perf_counter() - start

    def end(self) -> None:
        """The progress bar has come to its end."""
        if self._bar is not None:
            if self.losses:
                self._bar.set_postfix_str(f"loss {self.losses[-1]:.4g}")
            self._bar.close()

    def run(self, w: Vector, interrupted: bool) -> Run:
        """All of it."""
        path, path_steps = self.path.arrays(self.steps, w)
        return Run(
            network=self.network,
            w=w.copy(),
            w0=self.w0,
            loss=np.array(self.losses),
            seconds=np.array(self.seconds),
            epochs=self.epochs,
            path=path,
            path_steps=path_steps,
            timeline=self._recorder.timeline(self._session_start, self._cpu, self._wall),
            settings=self.settings,
            interrupted=interrupted,
            diverged=self.diverged,
        )


def progress_bar(total: int, done: int, name: str) -> tqdm[Any]:
    """A bar of text: on stderr in a terminal; on stdout in a notebook, where stderr looks like an error."""
    notebook = "ipykernel" in sys.modules
    file = sys.stdout if notebook else sys.stderr
    slow = not notebook and not file.isatty()  # a log file: a line now and then is enough
    return tqdm(
        total=total,
        initial=done,
        desc=f"training {name}",
        unit=" steps",
        file=file,
        mininterval=5.0 if slow else 0.2,
    )
