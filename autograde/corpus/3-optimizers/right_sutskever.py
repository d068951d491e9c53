"""
title = "Velocities that point downhill, TensorFlow's Adam, w changed in place"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.mu, self.v = lr, momentum, None

    def step(self, w, g):
        if self.v is None:
            self.v = np.zeros_like(w)
        self.v *= self.mu
        self.v -= self.lr * g
        w += self.v
        return w


# %% nesterov
class Nesterov(Momentum):
    def step(self, w, g):
        if self.v is None:
            self.v = np.zeros_like(w)
        old = self.v.copy()
        self.v = self.mu * self.v - self.lr * g
        return w - self.mu * old + (1 + self.mu) * self.v


# %% adam
class Adam:
    def __init__(self, learning_rate, b1, b2, epsilon):
        self.settings, self.t = (learning_rate, b1, b2, epsilon), 0

    def step(self, w, g):
        lr, b1, b2, eps = self.settings
        if self.t == 0:
            self.m, self.v = np.zeros_like(g), np.zeros_like(g)
        self.t += 1
        self.m *= b1
        self.m += (1 - b1) * g
        self.v *= b2
        self.v += (1 - b2) * np.square(g)
        rate = lr * np.sqrt(1 - b2**self.t) / (1 - b1**self.t)
        w -= rate * self.m / (np.sqrt(self.v) + eps)
