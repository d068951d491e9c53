"""
title = "t counts the entries of w, not the steps"
notebook = "optimizers"
kind = "wrong"
[points]
adam = 0
[says]
adam = ["t counts the entries"]
"""


# %% adam
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = 0
        self.t = 0

    def step(self, w, g):
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        new = np.array(w, dtype=float)
        for i in range(len(w)):
            self.t += 1
            new[i] -= (
                self.lr * self.m[i] / (1 - self.b1**self.t) / (np.sqrt(self.v[i] / (1 - self.b2**self.t)) + self.eps)
            )
        return new
