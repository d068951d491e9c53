"""
title = "The velocity is made anew in every step"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["velocity is forgotten"]
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        v = self.mu * 0 + g
        return w - self.lr * v
