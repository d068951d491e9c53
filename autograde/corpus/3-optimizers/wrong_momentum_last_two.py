"""
title = "Remembers the last gradient, not the velocity"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["last two gradients"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        step = g + self.mu * self.v
        self.v = g
        return w - self.lr * step
