"""What one picture shows, as arrays: from a record to curves, a path and bars. Pure, nothing is drawn here."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...timeline import Timeline
from ..planes import Floats
from ..workers import ordinary_stretch
from .record import Record

BUCKETS = 250  # of a curve
SHOWN_STEPS = 12  # in the timeline, at most


@dataclass(frozen=True, eq=False)
class Curves:
    """The losses of a run against steps and seconds.

    raw_at: (k,) steps of `raw`, single mini-batches, or the least and largest of each stretch by turns; mean_at, mean:
    the mean of the last epoch; raw_seconds, mean_seconds: the same places in seconds. total: steps of the whole run.
    """

    raw_at: Floats
    raw: Floats
    mean_at: Floats
    mean: Floats
    raw_seconds: Floats
    mean_seconds: Floats
    total: int


_NONE = np.empty(0)
NO_CURVES = Curves(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE, 0)


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture: this run, and the one before it for comparison. What the picture does not show may be missing."""

    curves: Curves = NO_CURVES
    path: Floats = field(default_factory=lambda: np.empty((0, 2)))
    before: Curves | None = None
    path_before: Floats | None = None
    times: Timeline | None = None
    shares: Floats | None = None
    goal: float = math.nan
    goal_at: tuple[int, float] | None = None
    diverged: bool = False
    ended: bool = False


class Beside(NamedTuple):
    """What is shown of the run before."""

    curves: Curves
    path: Floats


def beside(previous: Record) -> Beside:
    """What is shown of a run that has ended."""
    return Beside(curves_of(previous), previous.path())


def curves_of(record: Record) -> Curves:
    """The losses so far, brought down to what a picture can show."""
    steps = record.steps
    loss, seconds, mean = record.loss[:steps], record.seconds[:steps], record.mean_loss[:steps]
    places = extremes(loss)
    at = evenly(steps, 2 * BUCKETS)
    return Curves(
        (places + 1).astype(float), loss[places], (at + 1).astype(float), mean[at],
        seconds[places], seconds[at], len(record.loss),
    )  # fmt: skip


def ordinary(times: Timeline | None, steps: int = SHOWN_STEPS) -> Timeline | None:
    """The most ordinary consecutive steps of a timeline, so that a picture shows what is usual."""
    if times is None or times.steps <= steps:
        return times
    first = ordinary_stretch(times, steps)
    part, origin = slice(first, first + steps), times.shared[first]
    arrays = (times.shared, times.begin, times.end, times.sent, times.passed, times.updated)
    return Timeline(*(array[part] - origin for array in arrays))


def extremes(values: Floats, buckets: int = BUCKETS) -> NDArray[np.int64]:
    """Places of the least and of the largest value in each of `buckets` stretches, in order; all of them if few."""
    n = len(values)
    if n <= 2 * buckets:
        return np.arange(n)
    width = n // buckets
    whole = np.nan_to_num(values[: width * buckets], nan=np.inf).reshape(buckets, width)
    first = np.arange(buckets) * width
    pairs = np.sort(np.stack([first + whole.argmin(axis=1), first + whole.argmax(axis=1)], axis=1), axis=1)
    return np.unique(np.concatenate([pairs.ravel(), [n - 1]]))


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """At most about `most` places of 0 … count − 1, the last one included."""
    if count <= most:
        return np.arange(count)
    return np.append(np.arange(0, count - 1, -(-count // most)), count - 1)


def nice(value: float) -> float:
    """The least of 1, 2, 5, 10, 20, … (and of 0.5, 0.2, …) that is not below a positive value."""
    decade = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 2, 5, 10):
        if value <= factor * decade * (1 + 1e-9):
            return float(factor * decade)
    return 10 * decade


def expected_seconds(seconds: Floats, total: int) -> float:
    """How far the axis of seconds should reach for a run of `total` steps, guessed from the steps so far."""
    if not len(seconds) or not seconds[-1] > 0:
        return 0.1
    recent = seconds[len(seconds) // 2 :]
    pace = (recent[-1] - recent[0]) / (len(recent) - 1) if len(recent) > 1 else seconds[-1]
    return nice(max(seconds[-1] + pace * (total - len(seconds)), 1e-3))


def expected_steps(steps: int, total: int) -> int:
    """How far the axis of steps should reach: a long run's axis grows with it, so that its beginning can be seen."""
    return min(total, next(reach for reach in _REACHES if reach >= 1.2 * steps))


_REACHES = [factor * 10**decade for decade in range(3, 15) for factor in (1, 3)]  # 1,000, 3,000, 10,000, …


def loss_range(first: float, goal: float, least: float, most: float) -> tuple[float, float]:
    """Limits of the loss axis: from below the goal and the least loss to above the start; a diverging run is cut."""
    low = min(goal / 3, least / 1.5 if least > 0 else goal / 3)
    high = max(4 * first, min(1.5 * most, 40 * first))
    return 10 ** (math.floor(4 * math.log10(low)) / 4), 10 ** (math.ceil(4 * math.log10(high)) / 4)
