"""How steeply the loss bends, and which learning rate that allows. Pure functions of w.

On a quadratic of curvature λ, gradient descent multiplies the distance from the bottom by 1 − lr·λ at each step. So it
comes to rest only if lr < 2/λ in the steepest direction; above that each step lands farther up on the other side.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...data import Dataset
from ...models import Network
from ...types import Vector

MOMENTUM = 0.9  # μ of Momentum and Nesterov on the playground


def largest_curvature(network: Network, w: Vector, data: Dataset, rounds: int = 30) -> float:
    """λmax, the largest eigenvalue of the Hessian at w (size,) of the loss per example (the MEAN over the data).

    By power iteration on Hessian–vector products. It finds the eigenvalue of the largest modulus; where that one is
    negative, a second round finds the largest of H − λI.
    """
    w = np.asarray(w, data.X.dtype)

    def product(v: Vector) -> Vector:
        return network.hessian_vector(w, data.X, data.Y, v) / len(data)

    found = power_iteration(product, w, rounds)
    if found >= 0:
        return found
    return found + power_iteration(lambda v: product(v) - np.asarray(found, w.dtype) * v, w, rounds)


def power_iteration(product: Callable[[Vector], Vector], like: Vector, rounds: int) -> float:
    """The eigenvalue of the largest modulus of a symmetric matrix given by v -> A·v; `like` has its shape and dtype."""
    v = np.random.default_rng(0).standard_normal(like.size).astype(like.dtype)
    value = 0.0
    for _ in range(rounds):
        length = float(np.linalg.norm(v))
        if not 0 < length < np.inf:
            break
        v = v / np.asarray(length, v.dtype)
        image = product(v)
        value = float(v @ image)
        v = image
    return value


def largest_rate(optimizer: str, curvature: float) -> float | None:
    """The learning rate above which the optimizer cannot rest where the largest curvature is that.

    SGD: 2/λ. Momentum v ← μv + g, w ← w − lr·v: 2(1 + μ)/λ. Nesterov: 2(1 + μ)/((1 + 2μ)λ). None where there is no
    such rule (Adam and Newton scale their steps by themselves).
    """
    if not 0 < curvature < float("inf"):
        return None
    factors = {"SGD": 2.0, "Momentum": 2 * (1 + MOMENTUM), "Nesterov": 2 * (1 + MOMENTUM) / (1 + 2 * MOMENTUM)}
    return factors[optimizer] / curvature if optimizer in factors else None


def rule(optimizer: str) -> str:
    """How that limit reads."""
    return {"Momentum": "2(1+μ)/λmax", "Nesterov": "2(1+μ)/((1+2μ)λmax)"}.get(optimizer, "2/λmax")
