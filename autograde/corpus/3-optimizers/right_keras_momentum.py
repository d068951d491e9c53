"""
title = "lr inside v, as Keras does"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v - self.lr * g
        return w + self.v


# %% nesterov
class Nesterov:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum
        self.v = 0

    def step(self, w, g):
        self.v = self.mu * self.v - self.lr * g
        return w + self.mu * self.v - self.lr * g
