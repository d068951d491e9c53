"""SGD with momentum."""

import numpy as np

from ..types import Vector
from .base import Optimizer, Schedule, fraction


class Momentum(Optimizer):
    """v = μ·v + g (the first v is g), w = w − lr·v, as in PyTorch's `torch.optim.SGD`.

    lr: learning rate or schedule; momentum: μ in [0, 1). ValueError: values outside.

    The other convention, of Sutskever et al. (2013, "On the importance of initialization and momentum in
    deep learning") and Keras, keeps lr inside v: v = μ·v − lr·g, w = w + v. The two take the same steps
    only while lr is constant. After a change of lr, here the whole history is at once scaled by the new
    one; there the history keeps the old one, and must be multiplied by lr_new/lr_old to give the steps
    made here: the momentum correction of Goyal et al. (2017, arXiv 1706.02677, section 3).
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
        self.v *= self.momentum
        self.v += g  # v = μ·v + g
        np.multiply(self.v, lr, out=self.scratch)
        w -= self.scratch  # w = w − lr·v
        return w
