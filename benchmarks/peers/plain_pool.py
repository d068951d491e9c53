"""(b) the tutorial's way: `multiprocessing.Pool.map` with w and the data's shards pickled at every step.

The data have been shuffled once an epoch, and the workers have one BLAS thread each, which the tutorial does not say
(without it: `python -m benchmarks --only threads`).
"""

from __future__ import annotations

import multiprocessing
from typing import Any

import numpy as np

from sgdkit.models import Network
from sgdkit.types import Array, Vector

from ..case import Case
from .numpy_loop import NumpyLoop
from .peer import Place, shards

network: Network  # in a worker


def start(case: Case) -> None:
    """In a worker, when the pool is made."""
    global network
    network = case.make_network()


def shard_gradient(task: tuple[Vector, Array, Array]) -> tuple[float, Vector]:
    """In a worker: the SUMS of the shard's losses and gradients."""
    w, X, Y = task
    return network.loss_and_gradient(w, X, Y, check=False)


class PlainPool(NumpyLoop):
    """The master gathers the epoch, as NumpyLoop does; each step is a call of `map`."""

    def __init__(self, case: Case, place: Place, workers: int = 2) -> None:
        super().__init__(case, place)
        self.workers = workers
        self.pool: Any = self.start_pool()

    def start_pool(self) -> Any:
        return multiprocessing.Pool(self.workers, start, (self.case,))

    def map(self, pieces: list[tuple[int, int]]) -> list[tuple[float, Vector]]:
        """Every shard's (SUM of losses, SUM of gradients)."""
        tasks = [(self._w, self.X[begin:end], self.Y[begin:end]) for begin, end in pieces]
        return self.pool.map(shard_gradient, tasks)

    def _step(self, start: int, stop: int) -> None:
        results = self.map(shards(start, stop, self.workers))
        g = self._g
        g[:] = results[0][1]
        for _, gradient in results[1:]:
            g += gradient
        g *= np.asarray(self.case.lr / (stop - start), g.dtype)
        self._w -= g
        self.losses.append(sum(loss for loss, _ in results) / (stop - start))

    def close(self) -> None:
        self.pool.terminate()
        self.pool.join()
