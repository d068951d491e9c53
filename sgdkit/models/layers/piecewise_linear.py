"""Layers without parameters that are linear near any x: moving numbers, or multiplying them with 0 or 1."""

from __future__ import annotations

from sgdkit.models.layers.layer import Layer
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class PiecewiseLinear(Layer):
    """A layer y = A x whose matrix A does not change with small changes of x.

    The derivative of A x along any direction is A R{x}, so a subclass only says in `direction` how A acts.
    """

    def direction(self, rx: Array, memory: Memory) -> Array:
        """A rx for the A of the last `forward`; a new array."""
        raise NotImplementedError(f"{type(self).__name__} needs a direction() for Hessian-vector products.")

    def r_forward(self, w: Vector, v: Vector, rx: Array, memory: Memory) -> Array:
        return self.direction(rx, memory)

    def r_backward(self, w: Vector, v: Vector, dy: Array, rdy: Array, memory: Memory) -> Array:
        # backward() is Aᵀ; a copy, because the next backward() writes into the same buffer.
        return self.backward(w, rdy, memory).copy()
