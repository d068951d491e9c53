"""
title = "AMSGrad: the largest v so far"
notebook = "optimizers"
kind = "wrong"
[points]
adam = 0
[says]
adam = ["AMSGrad"]
"""


# %% adam
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = self.t = self.most = 0

    def step(self, w, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        self.most = np.maximum(self.most, self.v)
        return w - self.lr * self.m / (1 - self.b1**self.t) / (np.sqrt(self.most / (1 - self.b2**self.t)) + self.eps)
