"""
title = "Dataclasses, running products of the betas, Nesterov built on Momentum"
notebook = "optimizers"
kind = "right"
"""

# %% momentum
from dataclasses import dataclass, field


@dataclass
class Momentum:
    lr: float
    momentum: float
    v: object = 0

    def step(self, w, g):
        self.v = np.add(np.multiply(self.momentum, self.v), g)
        return np.subtract(w, np.multiply(self.lr, self.v))


# %% nesterov
@dataclass
class Nesterov(Momentum):
    def step(self, w, g):
        before = np.array(self.v)
        after = super().step(w, g)
        return after + self.lr * before * self.momentum - self.lr * self.momentum * self.v


# %% adam
@dataclass
class Adam:
    lr: float
    beta1: float
    beta2: float
    eps: float
    memory: dict = field(default_factory=lambda: {"m": 0, "v": 0, "b1": 1.0, "b2": 1.0})

    def step(self, w, g):
        s = self.memory
        s["m"] = s["m"] + (1 - self.beta1) * (g - s["m"])
        s["v"] = s["v"] + (1 - self.beta2) * (g * g - s["v"])
        s["b1"] *= self.beta1
        s["b2"] *= self.beta2
        return w - self.lr * (s["m"] / (1 - s["b1"])) / (np.sqrt(s["v"] / (1 - s["b2"])) + self.eps)
