"""
title = "The root is forgotten"
notebook = "optimizers"
kind = "wrong"
[points]
adam = 0
[says]
adam = ["root over v is missing"]
"""


# %% adam
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = 0.0
        self.t = 0

    def step(self, w, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        m = self.m / (1 - self.b1**self.t)
        v = self.v / (1 - self.b2**self.t)
        pass
        return w - self.lr * m / (v + self.eps)
