"""
title = "Everything in float32"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = np.float32(lr), np.float32(momentum), np.float32(0)

    def step(self, w, g):
        self.v = self.momentum * self.v + np.float32(g)
        return np.float32(w) - self.lr * self.v


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return np.float32(gradient(w, X, Y) / len(X) + lam / len(X) * w)
