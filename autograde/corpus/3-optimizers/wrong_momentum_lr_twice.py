"""
title = "The learning rate in v and in the step"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["learning rate is in v and again"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v + self.lr * g
        return w - self.lr * self.v
