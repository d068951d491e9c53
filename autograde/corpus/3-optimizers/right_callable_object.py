"""
title = "Objects that are called, all gradients kept"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
class Momentum:
    def __init__(self, lr, mu):
        self.lr, self.mu, self.seen = lr, mu, []

    def __call__(self, w, g):
        self.seen.append(g.copy())
        return w - self.lr * sum(self.mu**age * old for age, old in enumerate(reversed(self.seen)))
