"""
title = "Changes w in place, and returns it or nothing"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = lr, momentum, None

    def step(self, w, g):
        if self.v is None:
            self.v = np.zeros_like(w)
        self.v *= self.momentum
        self.v += g
        w -= self.lr * self.v
        return w


# %% nesterov
class Nesterov:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = lr, momentum, 0

    def step(self, w, g):
        self.v = self.momentum * self.v + g
        w -= self.lr * (g + self.momentum * self.v)
