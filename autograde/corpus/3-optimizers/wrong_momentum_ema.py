"""
title = "A moving average instead of the sum"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["moving average"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v + (1 - self.mu) * g
        return w - self.lr * self.v
