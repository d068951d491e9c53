"""
title = "The kit's optimizers under the names that were to be written"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["momentum: uses sgdkit.optimizers.Momentum", "nesterov: uses sgdkit.optimizers", "adam: uses sgdkit.optimizers"]
[points]
momentum = 0
nesterov = 0
adam = 0
[says]
momentum = ["write this one yourself"]
nesterov = ["write this one yourself"]
adam = ["write this one yourself"]
"""

# %% momentum
from sgdkit.optimizers import Momentum

# %% nesterov
import sgdkit.optimizers as ready


def Nesterov(lr, momentum):
    inner = ready.Nesterov(lr, momentum)
    return lambda w, g: inner.step(w.copy(), g)


# %% adam
from importlib import import_module


class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.inner = getattr(import_module("sgdkit.optimizers"), "Adam")(lr, beta1, beta2, eps)

    def step(self, w, g):
        return self.inner.step(w.copy(), g)
