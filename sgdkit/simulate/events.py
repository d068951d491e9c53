"""The clock of the simulation: what happens next, to whom, and what follows from it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cluster import Cluster

_STEP, _FREE, _DONE = range(3)


@dataclass(eq=False)
class SyncResult:
    """ended: (S,) seconds at which each step's update was done. thrown_away: gradients that came too late."""

    ended: NDArray[np.float64]
    thrown_away: int

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(S,) what each step took."""
        return np.diff(self.ended, prepend=0.0)

    @property
    def mean(self) -> float:
        """Seconds a step."""
        return float(self.ended[-1]) / len(self.ended)

    @property
    def error(self) -> float:
        """The standard error of `mean`, as if the steps were independent."""
        return float(np.std(self.seconds, ddof=1)) / len(self.ended) ** 0.5 if len(self.ended) > 1 else float("nan")


@dataclass(eq=False)
class AsyncResult:
    """ended: (S,) seconds of each update; staleness: (S,) updates between reading w and changing it."""

    ended: NDArray[np.float64]
    staleness: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Seconds an update."""
        return float(self.ended[-1]) / len(self.ended)


class _Link:
    """One direction of a server's link: messages one after another, in the order in which they come."""

    def __init__(self, cluster: Cluster) -> None:
        self._busy, self._latency, self._free = cluster.transfer, cluster.network.alpha, 0.0

    def send(self, now: float) -> float:
        """A message is handed over now: when does it arrive?"""
        self._free = max(now, self._free) + self._busy
        return self._free + self._latency


def run_sync(cluster: Cluster, steps: int, seed: int = 0) -> SyncResult:
    """So many steps of synchronous SGD."""
    if cluster.exchange != "server":
        return _all_reduce(cluster, steps, seed)
    rng, n, abandon = np.random.default_rng(seed), cluster.machines, cluster.late == "abandon"
    to_server, from_server = _Link(cluster), _Link(cluster)
    ended, row = np.empty(steps), np.empty(n)
    events: list[tuple[float, int, int, int, int]] = [(0.0, 0, _STEP, 0, 0)]  # time, number, kind, worker, its step
    number, step, arrived, thrown_away = 0, -1, 0, 0
    idle, asked = list(range(n)), [-1] * n

    def happens(at: float, kind: int, worker: int, of_step: int) -> None:
        nonlocal number
        number += 1  # of two events at the same time, the one that was foreseen first
        heapq.heappush(events, (at, number, kind, worker, of_step))

    def give(worker: int, now: float) -> None:
        asked[worker] = step
        happens(from_server.send(now) + row[worker], _DONE, worker, step)

    while True:
        now, _, kind, worker, of_step = heapq.heappop(events)
        if kind == _STEP:
            if step >= 0:
                ended[step] = now
            step, arrived = step + 1, 0
            if step == steps:
                return SyncResult(ended, thrown_away)
            row = cluster.compute.row(rng, step, n)
            ready, idle = (range(n) if abandon else idle), []
            for one in ready:
                give(one, now)
        elif kind == _DONE:
            if abandon and of_step != step:
                continue
            arrival = to_server.send(now)
            if of_step == step and arrived < cluster.workers:
                arrived += 1
                if arrived == cluster.workers:
                    happens(arrival + cluster.update, _STEP, 0, 0)
            else:
                thrown_away += 1
            if not abandon:
                happens(arrival, _FREE, worker, of_step)
        elif arrived < cluster.workers and asked[worker] != step:
            give(worker, now)
        else:
            idle.append(worker)


def run_async(cluster: Cluster, updates: int, seed: int = 0) -> AsyncResult:
    """So many updates of asynchronous SGD by the cluster's N + b workers and its parameter server.

    ValueError: an all-reduce, for which everybody would have to wait.
    """
    if cluster.exchange != "server":
        raise ValueError(f"asynchronous SGD needs the exchange 'server', not {cluster.exchange!r}.")
    rng, n = np.random.default_rng(seed), cluster.machines
    to_server, from_server = _Link(cluster), _Link(cluster)
    rows: list[NDArray[np.float64]] = []  # row k: how long each worker's k-th gradient takes
    read, done = [0] * n, [0] * n
    ended, staleness = np.empty(updates), np.empty(updates, np.int64)
    events: list[tuple[float, int, int, int]] = []
    number, version, server_free = 0, 0, 0.0

    def happens(at: float, kind: int, worker: int) -> None:
        nonlocal number
        number += 1
        heapq.heappush(events, (at, number, kind, worker))

    def give(worker: int, now: float) -> None:
        if done[worker] == len(rows):
            rows.append(cluster.compute.row(rng, len(rows), n))
        read[worker] = version
        happens(from_server.send(now) + rows[done[worker]][worker], _DONE, worker)
        done[worker] += 1

    for worker in range(n):
        give(worker, 0.0)
    while version < updates:
        now, _, kind, worker = heapq.heappop(events)
        if kind == _DONE:
            server_free = max(to_server.send(now), server_free) + cluster.update
            happens(server_free, _STEP, worker)
        else:
            ended[version], staleness[version] = now, version - read[worker]
            version += 1
            give(worker, now)
    return AsyncResult(ended, staleness)


def _all_reduce(cluster: Cluster, steps: int, seed: int) -> SyncResult:
    rng, n = np.random.default_rng(seed), cluster.workers
    exchange = getattr(cluster.network, cluster.exchange)(n, cluster.size) + cluster.update
    slowest = [float(cluster.compute.row(rng, step, n).max()) for step in range(steps)]
    return SyncResult(np.cumsum(np.array(slowest) + exchange), 0)
