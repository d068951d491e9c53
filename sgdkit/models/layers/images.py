"""Between rows and images."""

from __future__ import annotations

import math

import numpy as np

from sgdkit.models.layers.layer import Shape
from sgdkit.models.layers.piecewise_linear import PiecewiseLinear
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class Images(PiecewiseLinear):
    """Rows (n, height·width·channels) become images (height, width, n, channels), channels varying fastest in
    a row.
    """

    def __init__(self, height: int, width: int, channels: int = 1) -> None:
        self.image: Shape = (height, width, channels)

    def shape(self, shape: Shape) -> Shape:
        if shape != (math.prod(self.image),):
            raise ValueError(f"Images{self.image} takes {math.prod(self.image)} numbers a row, not shape {shape}.")
        return self.image

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        height, width, channels = self.image
        y: Array = memory.array("y", (height, width, len(x), channels), x.dtype)
        y[...] = self.direction(x, memory)
        return y

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        return rows(dy, memory)

    def direction(self, rx: Array, memory: Memory) -> Array:
        return rx.reshape(len(rx), *self.image).transpose(1, 2, 0, 3)


class Flatten(PiecewiseLinear):
    """Images (height, width, n, channels) become rows (n, height·width·channels), channels varying fastest in
    a row.
    """

    def shape(self, shape: Shape) -> Shape:
        if len(shape) != 3:
            raise ValueError(f"Flatten takes images (height, width, channels), not shape {shape}.")
        return (math.prod(shape),)

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        memory.x = x
        return rows(x, memory)

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        height, width, n, channels = memory.x.shape
        dx: Array = memory.array("dx", memory.x.shape, dy.dtype)
        dx[...] = dy.reshape(n, height, width, channels).transpose(1, 2, 0, 3)
        return dx

    def direction(self, rx: Array, memory: Memory) -> Array:
        return rows(rx, Memory())


def rows(images: Array, memory: Memory) -> Array:
    """(height, width, n, channels) → (n, height·width·channels), in a buffer of `memory`."""
    height, width, n, channels = images.shape
    flat: Array = memory.array("rows", (n, height, width, channels), images.dtype)
    np.copyto(flat, images.transpose(2, 0, 1, 3))
    return flat.reshape(n, -1)
