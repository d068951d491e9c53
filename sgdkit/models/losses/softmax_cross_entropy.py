"""Softmax and cross-entropy in one."""

from __future__ import annotations

import numpy as np

from sgdkit.models.losses.loss import Loss
from sgdkit.models.memory import Memory
from sgdkit.types import Array


class SoftmaxCrossEntropy(Loss):
    """l = -Σ_j y_j log p_j with p = softmax(ŷ), summed over the examples; each y row holds probabilities
    (one-hot: a class).

    Together they are simpler than each alone: l = log Σ_j exp ŷ_j - Σ_j y_j ŷ_j, and dl/dŷ = p - y.
    """

    def value(self, outputs: Array, targets: Array, memory: Memory) -> float:
        # Taking away the largest output changes nothing and keeps exp from overflowing.
        shifted = np.subtract(
            outputs,
            outputs.max(axis=1, keepdims=True),
            out=memory.array("shifted", outputs.shape, outputs.dtype),
        )
        p = memory.p = np.exp(shifted, out=memory.array("p", outputs.shape, outputs.dtype))
        total = p.sum(axis=1, keepdims=True)
        p /= total
        return float(np.log(total).sum()) - float(np.vdot(shifted, targets))

    def slope(self, outputs: Array, targets: Array, memory: Memory) -> Array:
        return np.subtract(memory.p, targets, out=memory.array("dy", outputs.shape, outputs.dtype))

    def curvature(self, rx: Array, memory: Memory) -> Array:
        # diag(p) - p pᵀ
        return memory.p * (rx - (memory.p * rx).sum(axis=1, keepdims=True))

    def check(self, targets: Array) -> None:
        if targets.min() < 0 or not np.allclose(targets.sum(axis=1), 1, atol=1e-4):
            raise ValueError(
                "Cross-entropy takes rows of probabilities as targets (each 0 or more, sum 1; a class is a row "
                "with one 1), or class numbers as integers of shape (n,)."
            )
