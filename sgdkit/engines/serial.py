"""The engine without processes: one shard after the other, in this process."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset
from ..types import Vector
from .engine import AnyNetwork, Indices, Places, Quantity, ShardResult, check_shards, compute


class SerialEngine:
    """Computes what `workers` workers would compute, to the bit, and no faster than one of them.

    workers: how many shards a mini-batch is cut into.
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self.spans: NDArray[np.float64] = np.full((workers, 3), np.nan)

    def open(self, network: AnyNetwork, data: Dataset) -> None:
        """See Engine.open. Keeps one copy of the data, in the epoch's order."""
        self._network, self._data = network, data
        self._X, self._Y = data.X.copy(), data.Y.copy()
        self._places = Places(np.arange(len(data)))
        self._gradients = np.zeros((self.workers, network.size), data.X.dtype)
        self._cpu = np.zeros(self.workers)

    def place(self, w: Vector) -> Vector:
        """See Engine.place."""
        return w

    def epoch(self, order: Indices) -> None:
        """See Engine.epoch. Gathers the examples once, so that a shard is a slice."""
        self._places = Places(order)
        np.take(self._data.X, order, axis=0, out=self._X, mode="clip")
        np.take(self._data.Y, order, axis=0, out=self._Y, mode="clip")

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """See Engine.map."""
        results = []
        first = 0  # the shard's first example is the mini-batch's number `first`
        self.spans = np.full((self.workers, 3), np.nan)
        for worker, shard in enumerate(check_shards(shards, self.workers)):
            gradient = self._gradients[worker]
            begin, cpu = time.perf_counter(), time.thread_time()
            rows = self._places.find(shard)
            X, Y = (self._data.X[shard], self._data.Y[shard]) if rows is None else (self._X[rows], self._Y[rows])
            loss, right = compute(quantity, self._network, w, X, Y, gradient, (*draw, first), v)
            end = time.perf_counter()
            self._cpu[worker] += time.thread_time() - cpu
            if len(shard):
                self.spans[worker] = begin, end, end
            results.append(ShardResult(gradient, len(shard), loss, right))
            first += len(shard)
        return results

    def cpu_seconds(self) -> NDArray[np.float64]:
        """See Engine.cpu_seconds: what was spent in `map` on each worker's shards."""
        return self._cpu.copy()

    def finish(self) -> None:
        """Nothing to end."""

    def close(self) -> None:
        """Nothing to leave behind."""
