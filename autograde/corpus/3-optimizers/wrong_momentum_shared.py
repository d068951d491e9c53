"""
title = "The velocity in a variable outside"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
[says]
momentum = ["goes on with what another one remembered"]
"""

# %% momentum
velocity = {}


class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu = lr, momentum

    def step(self, w, g):
        velocity[w.size] = self.mu * velocity.get(w.size, 0) + g
        return w - self.lr * velocity[w.size]
