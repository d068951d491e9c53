"""
title = "Loops over single numbers, lists for arrays"
notebook = "optimizers"
kind = "right"
"""


# %% nesterov
class Nesterov:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = lr, momentum, None

    def step(self, w, g):
        if self.v is None:
            self.v = [0.0 for _ in g]
        self.v = [self.momentum * v + slope for v, slope in zip(self.v, g)]
        return [x - self.lr * (slope + self.momentum * v) for x, slope, v in zip(w, g, self.v)]


# %% hessian
def hessian(gradient, w):
    h, n = 1e-5, len(w)
    H = [[0.0] * n for _ in range(n)]
    for i in range(n):
        ahead, behind = list(w), list(w)
        ahead[i] += h
        behind[i] -= h
        for j, (a, b) in enumerate(zip(gradient(np.array(ahead)), gradient(np.array(behind)))):
            H[i][j] = float(a - b) / (2 * h)
    return H


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    total = sum(gradient(w, X[i : i + 1], Y[i : i + 1]) for i in range(len(X)))
    return [float(t + lam * v) / len(X) for t, v in zip(total, w)]
