"""
title = "ε is written into the code"
notebook = "optimizers"
kind = "wrong"
[points]
adam = 0
[says]
adam = ["ε is always 1e-8"]
"""


# %% adam
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.b1, self.b2 = lr, beta1, beta2
        self.m = self.v = self.t = 0

    def step(self, w, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        return w - self.lr * self.m / (1 - self.b1**self.t) / (np.sqrt(self.v / (1 - self.b2**self.t)) + 1e-8)
