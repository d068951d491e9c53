"""The ladder's second rung: the workers got all data when the pool was made; w and the shard's indices are sent.

The workers gather their shard at every step.
"""

from __future__ import annotations

import multiprocessing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdkit.types import Array, Vector

from ..case import Case
from . import plain_pool
from .plain_pool import PlainPool

X: Array  # in a worker
Y: Array


def start(case: Case, all_X: Array, all_Y: Array) -> None:
    """In a worker, when the pool is made."""
    global X, Y
    plain_pool.start(case)
    X, Y = all_X, all_Y


def shard_gradient(task: tuple[Vector, NDArray[np.int64]]) -> tuple[float, Vector]:
    """In a worker: the SUMS of the shard's losses and gradients."""
    w, examples = task
    return plain_pool.network.loss_and_gradient(w, X[examples], Y[examples], check=False)


class PlainPoolOnce(PlainPool):
    """The order is all that the master keeps of an epoch."""

    def start_pool(self) -> Any:
        return multiprocessing.Pool(self.workers, start, (self.case, self.data.X, self.data.Y))

    def _gather(self, order: NDArray[np.int64]) -> None:
        self.order = order

    def map(self, pieces: list[tuple[int, int]]) -> list[tuple[float, Vector]]:
        return self.pool.map(shard_gradient, [(self._w, self.order[begin:end]) for begin, end in pieces])
