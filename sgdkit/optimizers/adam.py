"""Adam: a learning rate of its own for every parameter."""

from math import sqrt

import numpy as np

from ..types import Vector
from .base import Optimizer, Schedule, fraction, positive


class Adam(Optimizer):
    """Algorithm 1 of Kingma & Ba (2015, arXiv 1412.6980), as in PyTorch and Optax.

        m = β₁·m + (1 − β₁)·g           a moving average of the gradient
        v = β₂·v + (1 − β₂)·g²          and of its square, entry by entry
        m̂ = m / (1 − β₁ᵗ)               both start at 0 and are too small at first: the bias correction,
        v̂ = v / (1 − β₂ᵗ)               t = 1, 2, … counts the steps
        w = w − lr·m̂ / (√v̂ + ε)

    lr: learning rate or schedule; beta1, beta2 in [0, 1); eps > 0. ValueError: values outside.

    TensorFlow writes w = w − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε̂), adding its ε̂ to the uncorrected
    root. That is the formula above with ε = ε̂/√(1 − β₂ᵗ): with ε̂ = 1e-8 the first steps see an ε of
    3e-7, and the two agree where |g| is far above that.
    """

    settings = ("lr", "beta1", "beta2", "eps")
    carried = ("m", "v")
    m: Vector
    v: Vector

    def __init__(
        self, lr: float | Schedule = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        super().__init__(lr)
        self.beta1 = fraction("beta1", beta1)
        self.beta2 = fraction("beta2", beta2)
        self.eps = positive("eps", eps)

    def step(self, w: Vector, g: Vector) -> Vector:
        """Update w (size,) in place with the gradient g (size,); returns w."""
        lr = self.begin(w, g)
        m, v, step = self.m, self.v, self.scratch

        m *= self.beta1
        np.multiply(g, 1 - self.beta1, out=step)
        m += step  # m = β₁·m + (1 − β₁)·g

        v *= self.beta2
        np.multiply(g, g, out=step)
        step *= 1 - self.beta2
        v += step  # v = β₂·v + (1 − β₂)·g²

        np.sqrt(v, out=step)
        step /= sqrt(1 - self.beta2**self.t)
        step += self.eps  # √v̂ + ε
        np.divide(m, step, out=step)
        step *= lr / (1 - self.beta1**self.t)
        w -= step  # w = w − lr·m̂ / (√v̂ + ε)
        return w
