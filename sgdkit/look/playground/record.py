"""What is kept of a run while it goes on: written by the thread that trains, read by the one that draws.

The writer must lose no time, so there is no lock: rows are filled first and counted last, and a reader only looks at
rows that are counted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...history import Step
from ...types import Vector
from ..planes import Floats
from .clock import Clock
from .problem import Problem
from .settings import Settings

# Of a path, before it is taken only at every third step, then at every fifth, …: fewer of large w, which take time.
POINTS, FEWER, LARGE = 150, 20, 10_000
RAREST = 128  # or the path's end would be seen seconds late


@dataclass(frozen=True)
class Ending:
    """How a run ended. how: "finished", "stopped", "diverged" or "failed"; accuracy: on the test data, or None.

    curvature: λmax where it ended, or None. failure: what went wrong, in a line; trace: Python's own account of it.
    """

    how: str
    accuracy: float | None = None
    curvature: float | None = None
    failure: str = ""
    trace: str = ""


class Record:
    """The growing history of one run of `settings.steps` steps. own: names of what in it is a student's."""

    def __init__(self, settings: Settings, problem: Problem | None, workers: int, own: tuple[str, ...] = ()) -> None:
        self.settings, self.problem, self.own = settings, problem, own
        self.begun = False
        self.loss: Floats = np.empty(settings.steps)
        self.seconds: Floats = np.empty(settings.steps)
        self.steps = 0
        self.clock = Clock(workers)
        self.ending: Ending | None = None
        self._passed: deque[Vector] = deque()
        self._path: Floats = np.empty((0, 2))
        self._room: Floats | None = None
        self._points = POINTS
        self._taken = 0  # the step of the path's last point
        self.away = 0.0  # the largest distance of the path from the map's plane

    def begin(self, w0: Vector) -> None:
        """The run starts from w0."""
        self._points = FEWER if w0.size > LARGE else POINTS
        self._passed.append(w0.copy())
        self.begun = True

    def add(self, step: Step) -> bool:
        """A step has ended; True if it was the last one. Called by the thread that trains."""
        number = self.steps
        self.loss[number], self.seconds[number] = step.loss, step.seconds
        self.clock.updated()
        number += 1
        if number % every(number, self._points) == 0:
            self._passed.append(step.w.copy())
            self._taken = number
        self.steps = number
        return number == len(self.loss)

    def arrive(self, w: Vector) -> None:
        """The run ends at w, which may be between two points of the path."""
        if self._taken != self.steps:
            self._passed.append(w.copy())

    def path(self) -> Floats:
        """(k, 2) the path so far on the map. Called by the thread that draws."""
        plane = self.problem.surface.plane if self.problem is not None else None
        found = [self._path]
        while plane is not None and self._passed:
            if self._room is None:
                self._room = np.empty((1, plane.origin.size))
            with np.errstate(all="ignore"):  # where a run has gone that diverges
                place, distance = plane.locate(self._passed.popleft()[None], self._room)
            if np.abs(place).max() < 1e9 and distance[0] < 1e9:  # NaN is not, either
                found.append(place)
                self.away = max(self.away, float(distance[0]))
        self._path = np.concatenate(found)
        return self._path

    @property
    def mean_loss(self) -> Floats:
        """(steps,) the mean loss of the last epoch's mini-batches at each step; shorter at the start."""
        return epoch_means(self.loss[: self.steps], self.epoch_steps)

    @property
    def epoch_steps(self) -> int:
        """Steps of an epoch."""
        examples = len(self.problem.split.train) if self.problem is not None else self.settings.batch_size
        return max(1, -(-examples // self.settings.batch_size))


def every(step: int, points: int = POINTS) -> int:
    """At which steps around this one the path is taken: where it begins, where most happens, at all of them.

    The number is odd: a run that jumps to and fro would be seen on one side only with an even one.
    """
    power = 1 << max(0, (step // points).bit_length() - 1)
    return min(power, RAREST) + (power > 1)


def epoch_means(loss: NDArray[Any], steps: int) -> Floats:
    """(n,) -> (n,): the mean of the last `steps` losses, of fewer at the start; not finite from the first NaN on."""
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(loss, nan=np.inf))])
    last = np.arange(1, len(loss) + 1)
    first = np.maximum(last - steps, 0)
    with np.errstate(invalid="ignore"):
        means: Floats = (sums[last] - sums[first]) / (last - first)
    return means
