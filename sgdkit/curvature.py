"""The curvature of a mini-batch's objective, computed by the workers: what Newton's method asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .engines.engine import Indices
from .types import Vector

if TYPE_CHECKING:
    from .sync import SyncSGD


class MiniBatchCurvature:
    """H·v and the loss on one mini-batch. Like the gradient, both are sums over shards, so the workers share them.

    H is the Hessian, at w, of (1/|B|) Σ_{i∈B} ℓ_i + λ/(2N) ‖w‖².
    """

    def __init__(self, trainer: SyncSGD, w: Vector, shards: Sequence[Indices], draw: tuple[int, int]) -> None:
        self._trainer, self._w, self._shards, self._draw = trainer, w, shards, draw

    def __call__(self, v: Vector) -> Vector:
        """H·v, (size,)."""
        results = self._trainer.engine.map("hessian_vector", self._w, self._shards, self._draw, v)
        product = self._trainer.average([(r.gradient, r.examples) for r in results])
        product += self._trainer._decay * v
        return product

    def gradient(self, w: Vector) -> Vector:
        """The mini-batch's gradient at any w, (size,), the mean with λ/N·w: for somebody's own differences of it."""
        results = self._trainer.engine.map("gradient", w, self._shards, self._draw)
        g = self._trainer.average([(r.gradient, r.examples) for r in results])
        return g + self._trainer._decay * w

    def loss(self, w: Vector) -> float:
        """The mini-batch's objective per example at any w, (size,)."""
        results = self._trainer.engine.map("loss", w, self._shards, self._draw)
        return sum(r.loss for r in results) / sum(r.examples for r in results) + self._trainer.penalty(w)
