"""What each worker did when: the clock readings of a run, and what follows from them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Clock = NDArray[np.float64]
Kind = Literal["computing", "waiting", "communicating", "too late"]


@dataclass(eq=False)
class Timeline:
    """Readings of the monotonic clock, in seconds since the start of the run, for S steps and W workers.

    One step is, in this order:
    shared (S,)    the master begins to share w
    begin  (S, W)  the worker has the news and begins to compute
    end    (S, W)  the worker has computed its shard's gradient
    sent   (S, W)  the gradient lies where the master reads it
    passed (S,)    the master has passed the barrier: all gradients are there
    updated (S,)   the master has averaged and updated w
    All three of a worker's readings are NaN where it had no shard. With backup workers, `end` and `sent` are NaN where
    it was too late: what it computed since `begin`, in this step or for an earlier one, was thrown away.
    """

    shared: Clock
    begin: Clock
    end: Clock
    sent: Clock
    passed: Clock
    updated: Clock
    # (W,) the CPU time that each worker used from the first to the last step of all epochs, and how long these took.
    cpu_seconds: Clock = field(default_factory=lambda: np.empty(0))
    wall_seconds: float = 0.0

    @property
    def steps(self) -> int:
        return len(self.shared)

    @property
    def workers(self) -> int:
        return self.begin.shape[1]

    @property
    def used(self) -> NDArray[np.bool_]:
        """(S, W) whose gradient was used in which step."""
        return ~np.isnan(self.sent)

    def intervals(self, worker: int) -> Iterator[tuple[Kind, float, float]]:
        """(kind, start, stop) in order of time: what this worker did in each step.

        It communicates from `shared` to `begin` and from `end` to `sent`, computes from `begin` to `end`, and
        then waits for the others at the barrier and for the master's update. A backup worker that is "too late"
        computes what nobody uses. What happens between two steps
        (a new epoch's order, an evaluation) is in no interval.
        """
        for step in range(self.steps):
            begin, end, sent = self.begin[step, worker], self.end[step, worker], self.sent[step, worker]
            shared, updated = float(self.shared[step]), float(self.updated[step])
            if np.isnan(begin):
                yield "waiting", shared, updated
                continue
            yield "communicating", shared, float(begin)
            if np.isnan(sent):
                yield "too late", float(begin), updated
                continue
            yield "computing", float(begin), float(end)
            yield "communicating", float(end), float(sent)
            yield "waiting", float(sent), updated

    def share(self) -> dict[Kind, float]:
        """Which fraction of the workers' time went where; they add up to 1."""
        total: dict[Kind, float] = dict.fromkeys(get_args(Kind), 0.0)
        for worker in range(self.workers):
            for kind, start, stop in self.intervals(worker):
                total[kind] += stop - start
        everything = sum(total.values()) or 1.0
        return {kind: seconds / everything for kind, seconds in total.items()}

    def efficiency(self) -> float:
        """Scaling efficiency as in seeds/004: the mean CPU time of a process over the wall time.

        Both of the steps alone: what lies between two epochs (an evaluation, a new order) is in neither. 1 means that
        every worker computed all the time. NaN where no CPU times were taken. Windows counts CPU time in 64ths of a
        second: there it means something for a run of some seconds.
        """
        if not len(self.cpu_seconds) or not self.wall_seconds:
            return float("nan")
        return float(np.mean(self.cpu_seconds) / self.wall_seconds)


class Recorder:
    """Collects a `Timeline` while a run goes on, one number after the other."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._readings = array("d")

    def add(self, shared: float, spans: Clock, passed: float, updated: float) -> None:
        """One step. spans: (W, 3) readings of begin, end and sent."""
        if spans.shape != (self._workers, 3):
            raise ValueError(
                f"the engine's spans have shape {spans.shape}: give begin, end and sent for each of {self._workers} "
                "workers."
            )
        # At once: Ctrl-C must not leave half a row.
        self._readings.extend((shared, passed, updated, *spans.ravel().tolist()))

    def timeline(self, start: float, cpu_seconds: Clock | None = None, wall_seconds: float = 0.0) -> Timeline:
        """All steps so far, counted from `start`."""
        rows = np.array(self._readings).reshape(-1, 3 + 3 * self._workers) - start
        spans = rows[:, 3:].reshape(len(rows), self._workers, 3)
        begin, end, sent = (spans[:, :, column] for column in range(3))
        return Timeline(
            rows[:, 0], begin, end, sent, rows[:, 1], rows[:, 2],
            np.empty(0) if cpu_seconds is None else cpu_seconds, wall_seconds,
        )  # fmt: skip
