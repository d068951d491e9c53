"""The ladder's third rung: data, w and gradients in shared memory; only the numbers of a shard are sent.

What is left of `Pool.map` is its queues and threads. The fourth rung, workers that loop on semaphores, is the kit's own
engine.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.sharedctypes import RawArray
from typing import Any

import numpy as np

from sgdkit.types import Array, Vector

from ..case import Case
from . import plain_pool
from .plain_pool import PlainPool

arrays: list[Array]  # X, Y in the epoch's order, w, gradients (workers, size)


def shared_array(shape: tuple[int, ...], dtype: str) -> tuple[Any, tuple[int, ...], str]:
    """Memory that every start method can hand over to a worker, with how to read it."""
    return RawArray("b", int(np.prod(shape)) * np.dtype(dtype).itemsize), shape, dtype


def view(memory: tuple[Any, tuple[int, ...], str]) -> Array:
    raw, shape, dtype = memory
    return np.frombuffer(raw, dtype).reshape(shape)


def start(case: Case, memories: list[Any]) -> None:
    """In a worker, when the pool is made."""
    global arrays
    plain_pool.start(case)
    arrays = [view(memory) for memory in memories]


def shard_gradient(task: tuple[int, int, int]) -> float:
    """In a worker: the SUM of losses; the SUM of gradients goes into its row."""
    seat, begin, end = task
    X, Y, w, gradients = arrays
    return plain_pool.network.loss_and_gradient(w, X[begin:end], Y[begin:end], out=gradients[seat], check=False)[0]


class PlainPoolShared(PlainPool):
    """The master gathers the epoch into the shared memory."""

    def start_pool(self) -> Any:
        shapes = (self.data.X.shape, self.data.Y.shape, self._w.shape, (self.workers, self._w.size))
        memories = [shared_array(shape, self.case.dtype) for shape in shapes]
        first_w = self._w
        self.X, self.Y, self._w, self.gradients = (view(memory) for memory in memories)
        self._w[:] = first_w
        return multiprocessing.Pool(self.workers, start, (self.case, memories))

    def map(self, pieces: list[tuple[int, int]]) -> list[tuple[float, Vector]]:
        losses = self.pool.map(shard_gradient, [(seat, *piece) for seat, piece in enumerate(pieces)])
        return list(zip(losses, self.gradients, strict=True))
