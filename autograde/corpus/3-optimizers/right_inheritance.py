"""
title = "Nesterov's built on Momentum, with a helper"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
class Optimizer:
    def __init__(self, lr, momentum=0.9):
        self.lr, self.momentum, self.velocity = lr, momentum, 0.0

    def update(self, g):
        self.velocity = self.velocity * self.momentum + g
        return self.velocity


class Momentum(Optimizer):
    def step(self, w, g):
        return w - self.lr * self.update(g)


# %% nesterov
class Nesterov(Optimizer):
    def step(self, w, g):
        return w - self.lr * (self.momentum * self.update(g) + g)
