"""Newton's equation for a small network: write H down and solve."""

from __future__ import annotations

import numpy as np

from ..types import Array, Vector
from .curvature import Curvature, Solution


class Direct:
    """Solves (H + τI)·p = −g with all of H, which takes `size` Hessian-vector products and size² numbers.

    The solve is in float64, whatever the dtype of g (size,). ValueError: H is not symmetric.
    """

    def __init__(self, g: Vector, curvature: Curvature) -> None:
        self.g = g
        self.H = dense_hessian(curvature, g)
        eigenvalues = np.linalg.eigvalsh(self.H)
        self.lowest = float(eigenvalues[0])
        self.scale = float(max(-eigenvalues[0], eigenvalues[-1]))

    def solve(self, tau: float) -> Solution:
        """p for the damping tau, or for more where H + tau·I is not positive definite.

        Of an indefinite H Newton's step climbs along the directions that curve down, towards the saddle. With
        τ = −2·(lowest eigenvalue) the one that curves down most counts as one that curves up as much.
        """
        # An eigenvalue below `least` is zero as far as we can tell.
        least = (self.scale or 1.0) * float(np.sqrt(np.finfo(self.g.dtype).eps))
        if self.lowest + tau < least:
            tau = max(least, -2 * self.lowest)
        p = np.linalg.solve(self.H + tau * np.eye(len(self.g)), -self.g.astype(np.float64))
        return Solution(p.astype(self.g.dtype), (self.H @ p).astype(self.g.dtype), tau)


def dense_hessian(curvature: Curvature, like: Vector) -> Array:
    """H, (size, size) float64, a column H·e_i at a time; `like`: a vector of the size and dtype of w.

    ValueError: H is not finite, or not symmetric: then it is not the second derivative of anything.
    """
    size = len(like)
    H = np.empty((size, size))
    e = np.zeros_like(like)
    for i in range(size):
        e[i] = 1
        H[:, i] = curvature(e)
        e[i] = 0
    if not np.isfinite(H).all():
        raise ValueError("The Hessian has entries that are not finite: w is too far out, or hessian_vector wrong.")
    gap = np.abs(H - H.T)
    largest = np.abs(H).max(initial=0)
    if gap.max(initial=0) > largest * np.sqrt(np.finfo(like.dtype).eps):
        i, j = divmod(int(np.argmax(gap)), size)
        raise ValueError(
            f"The Hessian is not symmetric: H[{i}, {j}] = {H[i, j]:.6g} and H[{j}, {i}] = {H[j, i]:.6g}; "
            "compare hessian_vector with central differences of the gradient."
        )
    return (H + H.T) / 2
