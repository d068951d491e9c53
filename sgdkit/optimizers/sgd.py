"""Stochastic gradient descent."""

import numpy as np

from ..types import Vector
from .base import Optimizer


class SGD(Optimizer):
    """w = w − lr·g, the update of the lecture.

    lr: learning rate, a positive number or a schedule (a function of the step number 0, 1, 2, …).
    Errors: see `Optimizer`.
    """

    def step(self, w: Vector, g: Vector) -> Vector:
        """Update w (size,) in place with the gradient g (size,); returns w."""
        lr = self.begin(w, g)
        np.multiply(g, lr, out=self.scratch)
        w -= self.scratch  # w = w − lr·g
        return w
