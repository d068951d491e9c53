"""
title = "The old velocity counts in full"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["not multiplied by momentum"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.v + g
        return w - self.lr * self.v
