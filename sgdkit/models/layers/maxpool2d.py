"""Max-pooling."""

from __future__ import annotations

import numpy as np

from sgdkit.models.layers.layer import Shape
from sgdkit.models.layers.piecewise_linear import PiecewiseLinear
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class MaxPool2d(PiecewiseLinear):
    """The largest number of every 2×2 square: (height, width, n, channels) → (height/2, width/2, n,
    channels).

    Exactly one number of a square wins and gets the gradient: where several are equal (blank borders!) the
    first in reading order, as in torch. A backward pass that asks `x == max` instead gives the gradient to
    all of them.
    """

    def shape(self, shape: Shape) -> Shape:
        if len(shape) != 3 or shape[0] % 2 or shape[1] % 2:
            raise ValueError(f"MaxPool2d takes images (height, width, channels) of even sides, not shape {shape}.")
        return (shape[0] // 2, shape[1] // 2, shape[2])

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        # Two knock-out rounds: left against right, then the upper winner against the lower one.
        height, width, n, channels = x.shape
        memory.x = x
        memory.half = memory.array("half", (height, width // 2, n, channels), x.dtype)
        memory.y = memory.array("y", (height // 2, width // 2, n, channels), x.dtype)
        np.maximum(x[:, 0::2], x[:, 1::2], out=memory.half)
        return np.maximum(memory.half[0::2], memory.half[1::2], out=memory.y)

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        dhalf: Array = memory.array("dhalf", memory.half.shape, dy.dtype)
        dx: Array = memory.array("dx", memory.x.shape, dy.dtype)
        # The first of the two gets dy or 0, the second the rest, so never both. np.where would be slower by
        # far.
        np.multiply(dy, self._upper_won(memory), out=dhalf[0::2])
        np.subtract(dy, dhalf[0::2], out=dhalf[1::2])
        np.multiply(dhalf, self._left_won(memory), out=dx[:, 0::2])
        np.subtract(dhalf, dx[:, 0::2], out=dx[:, 1::2])
        return dx

    def direction(self, rx: Array, memory: Memory) -> Array:
        half = np.where(self._left_won(memory), rx[:, 0::2], rx[:, 1::2])
        return np.where(self._upper_won(memory), half[0::2], half[1::2])

    def _left_won(self, memory: Memory) -> Array:
        return np.equal(memory.x[:, 0::2], memory.half, out=memory.array("left", memory.half.shape, np.dtype(bool)))

    def _upper_won(self, memory: Memory) -> Array:
        return np.equal(memory.half[0::2], memory.y, out=memory.array("upper", memory.y.shape, np.dtype(bool)))
