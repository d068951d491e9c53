"""Who did what when, of the last steps: an engine that notes the time on the way, for the timeline while it grows."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...data import Dataset
from ...engines import Engine, ShardResult
from ...engines.engine import AnyNetwork, Indices, Quantity
from ...timeline import Timeline
from ...types import Vector
from ..planes import Floats

ROWS = 8192


class Clock:
    """Readings of the last `ROWS` steps: shared, passed, updated, and each worker's begin, end and sent.

    A step of Newton's method asks the workers several times. Then begin is that of the first round, end, sent and
    passed are those of the last one, and what lies between two rounds is kept as the step's `gaps`.

    where: who has the step under way, "workers" or "notebook"; "" before the first one. since: when it began.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.where, self.since = "", 0.0
        self._rows: Floats = np.full((ROWS, 4 + 3 * workers), np.nan)
        self._again = False  # the step under way has been mapped already
        self._steps = self._summed = 0
        self._totals = np.zeros(3)

    def began(self) -> None:
        """A step may begin."""
        self.where, self.since = "notebook", time.perf_counter()

    def mapped(self, begin: float, passed: float, spans: NDArray[np.float64]) -> None:
        """The workers have answered. spans: (W, 3)."""
        row = self._rows[self._steps % ROWS]
        row[1] = passed
        if self._again:
            known = row[4:].reshape(self.workers, 3)
            row[3] += np.nansum(spans[:, 0] - known[:, 1])
            known[:, 1:] = spans[:, 1:]
        else:
            row[0], row[3] = begin, 0.0
            row[4:] = spans.ravel()
            self._again = True

    def updated(self) -> None:
        """The step has ended."""
        self._rows[self._steps % ROWS, 2] = time.perf_counter()
        self._steps += 1
        self._again = False
        self.began()

    def last(self, steps: int) -> Timeline | None:
        """The timeline of the last steps, its times counted from its beginning; None before the first one."""
        done = self._steps
        rows = np.arange(max(0, done - min(steps, ROWS // 2)), done) % ROWS
        return _timeline(self._rows[rows], self.workers) if len(rows) else None

    def shares(self) -> Floats | None:
        """(3,) which part of the workers' time went into computing, communicating and waiting, over the whole run."""
        done = self._steps
        first = max(self._summed, done - ROWS // 2)
        if done > first:
            rows = self._rows[np.arange(first, done) % ROWS]
            gaps = np.nansum(rows[:, 3])
            self._totals += totals(_timeline(rows, self.workers)) + (-gaps, 0.0, gaps)
            self._summed = done
        everything = self._totals.sum()
        return self._totals / everything if everything > 0 else None


def _timeline(rows: Floats, workers: int) -> Timeline:
    rows = rows - rows[0, 0]
    spans = rows[:, 4:].reshape(len(rows), workers, 3)
    begin, end, sent = (spans[:, :, column] for column in range(3))
    return Timeline(rows[:, 0], begin, end, sent, rows[:, 1], rows[:, 2])


def totals(times: Timeline) -> Floats:
    """(3,) seconds that all workers together computed, communicated and waited; see Timeline.intervals."""
    shared, updated = times.shared[:, None], times.updated[:, None]
    idle = np.isnan(times.begin)
    computing = np.nansum(times.end - times.begin)
    communicating = np.nansum(times.begin - shared) + np.nansum(times.sent - times.end)
    waiting = np.nansum(updated - times.sent) + float((idle * (updated - shared)).sum())
    return np.maximum([computing, communicating, waiting], 0)


class Watched:
    """An engine that does what another one does, and notes in a Clock when."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine, self.clock, self.workers = engine, clock, engine.workers

    def open(self, network: AnyNetwork, data: Dataset) -> None:
        """See Engine.open."""
        self.engine.open(network, data)

    def place(self, w: Vector) -> Vector:
        """See Engine.place."""
        return self.engine.place(w)

    def epoch(self, order: Indices) -> None:
        """See Engine.epoch."""
        self.engine.epoch(order)
        self.clock.began()

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """See Engine.map."""
        begin = time.perf_counter()
        self.clock.where = "workers"
        results = self.engine.map(quantity, w, shards, draw, v)
        self.clock.where = "notebook"
        if quantity != "evaluation":  # which belongs to no step
            self.clock.mapped(begin, time.perf_counter(), self.engine.spans)
        return results

    @property
    def spans(self) -> NDArray[np.float64]:
        """See Engine.spans."""
        return self.engine.spans

    def cpu_seconds(self) -> NDArray[np.float64]:
        """See Engine.cpu_seconds."""
        return self.engine.cpu_seconds()

    def finish(self) -> None:
        """See Engine.finish."""
        self.engine.finish()

    def close(self) -> None:
        """See Engine.close."""
        self.engine.close()
