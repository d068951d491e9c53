"""
title = "Only the velocity ahead"
notebook = "optimizers"
kind = "wrong"
[points]
nesterov = 0
[says]
nesterov = ["momentum * v alone"]
"""


# %% nesterov
class Nesterov:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v + g
        return w - self.lr * self.mu * self.v
