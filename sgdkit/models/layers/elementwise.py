"""Activation functions: the same smooth function of every number."""

from __future__ import annotations

from sgdkit.models.layers.layer import Layer
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class Elementwise(Layer):
    """y = f(x) for every number; a subclass gives f, and f' and f'' written in terms of y, which is at
    hand.
    """

    def value(self, x: Array, out: Array) -> Array:
        """f(x), written into `out` and returned."""
        raise NotImplementedError(f"{type(self).__name__} needs a value().")

    def slope(self, y: Array, out: Array) -> Array:
        """f'(x) where y = f(x), written into `out` and returned."""
        raise NotImplementedError(f"{type(self).__name__} needs a slope().")

    def curve(self, y: Array) -> Array:
        """f''(x) where y = f(x)."""
        raise NotImplementedError(f"{type(self).__name__} needs a curve() for Hessian-vector products.")

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        memory.y = self.value(x, memory.array("y", x.shape, x.dtype))
        return memory.y

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        dy *= self._slope(memory)
        return dy

    def r_forward(self, w: Vector, v: Vector, rx: Array, memory: Memory) -> Array:
        memory.rx = rx
        return rx * self._slope(memory)

    def r_backward(self, w: Vector, v: Vector, dy: Array, rdy: Array, memory: Memory) -> Array:
        # R{f'(x) dy} = f'(x) R{dy} + f''(x) R{x} dy
        rdx = rdy * self._slope(memory)
        rdx += self.curve(memory.y) * memory.rx * dy
        return rdx

    def _slope(self, memory: Memory) -> Array:
        return self.slope(memory.y, memory.array("slope", memory.y.shape, memory.y.dtype))
