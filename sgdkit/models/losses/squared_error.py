"""Half the squared distance."""

from __future__ import annotations

import numpy as np

from sgdkit.models.losses.loss import Loss
from sgdkit.models.memory import Memory
from sgdkit.types import Array


class SquaredError(Loss):
    """l = 1/2 Σ_j (ŷ_j - y_j)², the slides' (summed over outputs and examples, no mean)."""

    def value(self, outputs: Array, targets: Array, memory: Memory) -> float:
        error = np.subtract(outputs, targets, out=memory.array("error", outputs.shape, outputs.dtype))
        memory.y = error
        return 0.5 * float(np.vdot(error, error))

    def slope(self, outputs: Array, targets: Array, memory: Memory) -> Array:
        return memory.y

    def curvature(self, rx: Array, memory: Memory) -> Array:
        return rx.copy()
