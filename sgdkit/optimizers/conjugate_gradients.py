"""Newton's equation for a large network: conjugate gradients, which ask for H·v only."""

from __future__ import annotations

import numpy as np

from ..types import Vector
from .curvature import Curvature, Solution


class ConjugateGradients:
    """Solves (H + τI)·p = −g approximately with at most `steps` products H·v and five vectors of memory.

    It stops when the residual is `tolerance` times what it was at p = 0. g: (size,).
    """

    def __init__(self, g: Vector, curvature: Curvature, steps: int, tolerance: float) -> None:
        self.g = g
        self.curvature = curvature
        self.steps = steps
        self.tolerance = tolerance
        self.scale = 0.0  # |curvature| along −g, the first direction: a size for H

    def solve(self, tau: float) -> Solution:
        """p for the damping tau.

        Every p on the way is longer than the one before and lies lower on the quadratic model (Steihaug
        1983), so that any of them is a fair step. Where a direction d curves down, the model has no
        lowest point: p then goes along d as far as if it curved up as much, and that is the end. Whether
        that was too far is for the caller to see in the loss.
        """
        p, Hp = np.zeros_like(self.g), np.zeros_like(self.g)
        r = -self.g  # the residual −g − (H + τI)·p
        d = r.copy()
        rr = float(r @ r)
        enough = self.tolerance**2 * rr
        for _ in range(self.steps):
            if rr <= enough:
                break
            Hd = self.curvature(d)
            dd = float(d @ d)
            bend = float(d @ Hd) + tau * dd
            self.scale = self.scale or abs(float(d @ Hd)) / dd
            if bend <= 0:
                alpha = rr / max(-bend, 1e-3 * self.scale * dd, float(np.finfo(self.g.dtype).tiny))
                p += alpha * d
                Hp += alpha * Hd
                break
            alpha = rr / bend
            p += alpha * d
            Hp += alpha * Hd
            r -= alpha * Hd
            r -= alpha * tau * d
            rr, before = float(r @ r), rr
            d *= rr / before
            d += r
        return Solution(p, Hp, tau)
