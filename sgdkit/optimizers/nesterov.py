"""SGD with Nesterov's momentum."""

import numpy as np

from ..types import Vector
from .base import Optimizer, Schedule, fraction


class Nesterov(Optimizer):
    """v = μ·v + g, w = w − lr·(g + μ·v), as in PyTorch's `torch.optim.SGD(nesterov=True)`.

    lr: learning rate or schedule; momentum: μ in [0, 1). ValueError: values outside.

    Nesterov takes the gradient where the momentum is about to carry w, not where w is. Here w is that
    looked-ahead point already, so that g is taken at w as for every other optimizer. Keras, after
    Sutskever et al. (2013), keeps lr inside v: v = μ·v − lr·g, w = w + μ·v − lr·g. The same steps while
    lr is constant; see `Momentum` for what differs when it changes.
    """

    settings = ("lr", "momentum")
    carried = ("v",)
    v: Vector

    def __init__(self, lr: float | Schedule, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = fraction("momentum", momentum)

    def step(self, w: Vector, g: Vector) -> Vector:
        """Update w (size,) in place with the gradient g (size,); returns w."""
        lr = self.begin(w, g)
        step = self.scratch
        self.v *= self.momentum
        self.v += g  # v = μ·v + g
        np.multiply(self.v, self.momentum, out=step)
        step += g
        step *= lr
        w -= step  # w = w − lr·(g + μ·v)
        return w
