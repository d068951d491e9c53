"""
title = "The velocity is the gradient's own array"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["changes the gradient"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu, self.v = lr, momentum, None

    def step(self, w, g):
        if self.v is not None:
            g += self.mu * self.v
        self.v = g
        return w - self.lr * self.v
