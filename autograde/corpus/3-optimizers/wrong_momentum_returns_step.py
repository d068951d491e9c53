"""
title = "Returns the velocity instead of w"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["should change that entry"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v + g
        return self.lr * self.v
