"""The curvature of one mini-batch, computed in this process: what the engines do with workers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sgdkit.data import Dataset
from sgdkit.models.network import Network
from sgdkit.types import Array, Vector


class NetworkObjective:
    """f(w) = (sum of the losses)/n + lam/(2N)·‖w‖² and its derivatives."""

    def __init__(self, model: Network, data: Dataset, lam: float = 0.0) -> None:
        self.model, self.data, self.lam = model, data, lam

    def loss(self, w: Vector) -> float:
        n = len(self.data)
        return self.model.loss(w, self.data.X, self.data.Y) / n + self.lam / (2 * n) * float(w @ w)

    def gradient(self, w: Vector) -> Vector:
        n = len(self.data)
        return self.model.gradient(w, self.data.X, self.data.Y) / n + self.lam / n * w

    def hessian_vector(self, w: Vector, v: Vector) -> Vector:
        n = len(self.data)
        return self.model.hessian_vector(w, self.data.X, self.data.Y, v) / n + self.lam / n * v


class Function:
    """An objective given by a function of w, its gradient and its Hessian."""

    def __init__(
        self,
        loss: Callable[[Vector], float],
        gradient: Callable[[Vector], Vector],
        hessian: Callable[[Vector], Array],
    ) -> None:
        self.loss, self.gradient, self.hessian = loss, gradient, hessian

    def hessian_vector(self, w: Vector, v: Vector) -> Vector:
        return self.hessian(w) @ v


class SerialCurvature:
    """`sgdkit.optimizers.Curvature` of an objective at w; counts the questions asked."""

    def __init__(self, objective: NetworkObjective | Function, w: Vector) -> None:
        self.objective, self.w = objective, w.copy()
        self.products = self.losses = 0

    def __call__(self, v: Vector) -> Vector:
        assert v.dtype == self.w.dtype and v.shape == self.w.shape
        self.products += 1
        return self.objective.hessian_vector(self.w, v)

    def loss(self, w: Vector) -> float:
        self.losses += 1
        return self.objective.loss(w)


def quadratic(H: Array, lowest: Vector) -> Function:
    """1/2 (w − lowest)·H·(w − lowest)."""
    return Function(lambda w: float((w - lowest) @ H @ (w - lowest)) / 2, lambda w: H @ (w - lowest), lambda w: H)


def positive_definite(size: int, seed: int, dtype: type = np.float64) -> Array:
    """A random symmetric matrix with eigenvalues from 1/2 to 10."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.normal(size=(size, size)))
    H = (Q * np.linspace(0.5, 10, size)) @ Q.T
    return ((H + H.T) / 2).astype(dtype)
