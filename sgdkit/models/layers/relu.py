"""The rectifier."""

from __future__ import annotations

import numpy as np

from sgdkit.models.layers.piecewise_linear import PiecewiseLinear
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class ReLU(PiecewiseLinear):
    """y = max(x, 0); where x = 0 the slope is taken as 0, as in torch."""

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        # Eight times faster than np.maximum(x, 0): numpy has fast code for two arrays, not for array and number.
        y: Array = memory.array("y", x.shape, x.dtype)
        y.fill(0)
        memory.y = np.maximum(x, y, out=y)
        return y

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        # Multiplying with the mask is many times faster than np.where.
        dy *= self._on(memory)
        return dy

    def direction(self, rx: Array, memory: Memory) -> Array:
        return rx * self._on(memory)

    def _on(self, memory: Memory) -> Array:
        return np.greater(memory.y, 0, out=memory.array("on", memory.y.shape, np.dtype(bool)))
