"""
title = "lr multiplies the velocity only"
notebook = "optimizers"
kind = "wrong"
[points]
nesterov = 0
[says]
nesterov = ["gradient in the step needs it too"]
"""


# %% nesterov
class Nesterov:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v + g
        return w - (g + self.lr * self.mu * self.v)
