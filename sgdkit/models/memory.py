"""Buffers that a layer uses again at every step, so that training allocates nothing large."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np


class Memory:
    """What one layer remembers from `forward` until `backward`, and the arrays it writes its results into.

    Anything may be stored as an attribute: `memory.x = x`. Arrays for results come from `memory.array(name,
    ...)`: the second call with the same name gives the same array, with the old numbers in it (a smaller
    shape gives a part of it). So the memory in use is that of the largest block seen, and a step in the
    steady state asks the system for none: fresh large arrays would be mapped, zeroed and unmapped at each
    step, which can cost more than the arithmetic.
    """

    draw: tuple[int, ...] | None = None
    """Seed numbers and, last, the position in the mini-batch of the block's first example; None outside of
    training.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}
        self._buffers: dict[str, np.ndarray[Any, Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """An array of this shape and dtype, holding whatever it held before."""
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            size = math.prod(shape)
            buffer = self._buffers.get(name)
            if buffer is None or buffer.size < size or buffer.dtype != dtype:
                buffer = self._buffers[name] = np.empty(size, dtype)
            array = self._arrays[name] = buffer[:size].reshape(shape)
        return array

    def nbytes(self) -> int:
        """Bytes held in buffers."""
        return sum(buffer.nbytes for buffer in self._buffers.values())

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
