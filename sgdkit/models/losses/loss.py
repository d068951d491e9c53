"""What a loss is: a number for a block of outputs and targets, and its slope."""

from __future__ import annotations

from sgdkit.models.memory import Memory
from sgdkit.types import Array


class Loss:
    """l(ŷ, y), SUMMED over the n examples of a block; ŷ, y: (n, outputs)."""

    def value(self, outputs: Array, targets: Array, memory: Memory) -> float:
        """The sum of the n losses."""
        raise NotImplementedError(f"{type(self).__name__} needs a value().")

    def slope(self, outputs: Array, targets: Array, memory: Memory) -> Array:
        """dl/dŷ, (n, outputs), for the block that `value` saw last; the caller may overwrite it."""
        raise NotImplementedError(f"{type(self).__name__} needs a slope().")

    def curvature(self, rx: Array, memory: Memory) -> Array:
        """The loss's own Hessian times rx, a new array (n, outputs), for the block that `value` saw last."""
        raise NotImplementedError(f"{type(self).__name__} needs a curvature() for Hessian-vector products.")

    def check(self, targets: Array) -> None:
        """ValueError if these targets, finite and of the right shape, cannot be meant."""
