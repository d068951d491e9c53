"""
title = "Moves first and updates the velocity afterwards"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["one step ago"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        w = w - self.lr * self.v
        self.v = self.mu * self.v + g
        return w
