"""
title = "What is remembered, or the settings, are kept in the class or outside"
notebook = "optimizers"
kind = "wrong"
[points]
momentum = 0
nesterov = 0
adam = 0
[says]
momentum = ["what another one remembered"]
nesterov = ["what another one remembered"]
adam = ["what another one remembered"]
"""


# %% momentum
class Momentum:
    v = 0.0

    def __init__(self, lr, momentum):
        self.lr, self.momentum = lr, momentum
        Momentum.v = 0.0

    def step(self, w, g):
        Momentum.v = self.momentum * Momentum.v + g
        return w - self.lr * Momentum.v


# %% nesterov
def Nesterov(lr, momentum):
    global v
    v = 0.0

    def step(w, g):
        global v
        v = momentum * v + g
        return w - lr * (g + momentum * v)

    return step


# %% adam
class Adam:
    def __init__(self, lr, beta1, beta2, eps):
        global S, m, v2, t
        S, m, v2, t = (lr, beta1, beta2, eps), 0, 0, 0

    def step(self, w, g):
        global m, v2, t
        lr, b1, b2, eps = S
        t += 1
        m = b1 * m + (1 - b1) * g
        v2 = b2 * v2 + (1 - b2) * g * g
        return w - lr * m / (1 - b1**t) / (np.sqrt(v2 / (1 - b2**t)) + eps)
