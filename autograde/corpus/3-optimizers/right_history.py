"""
title = "All gradients are kept: recursion, partial, weighted averages"
notebook = "optimizers"
kind = "right"
"""

# %% momentum
from functools import partial


def velocity(mu, gradients):
    return gradients[-1] + mu * velocity(mu, gradients[:-1]) if gradients else 0.0


def Momentum(lr, momentum):
    seen = []

    def step(w, g):
        seen.append(g.copy())
        return w - lr * velocity(momentum, seen)

    return step


# %% nesterov
def look_ahead(seen, lr, mu, w, g):
    seen += [np.array(g)]
    powers = mu ** np.arange(len(seen))[::-1]
    return w - lr * (g + mu * np.tensordot(powers, np.array(seen), axes=1))


def Nesterov(lr, momentum):
    return partial(look_ahead, [], lr, momentum)


# %% adam
def Adam(lr, beta1, beta2, eps):
    seen = []

    def average(values, beta):
        weights = beta ** np.arange(len(values) - 1, -1, -1)
        return np.average(values, axis=0, weights=weights)

    def step(w, g):
        seen.append(g.copy())
        G = np.array(seen)
        return w - lr * average(G, beta1) / (average(G**2, beta2) ** 0.5 + eps)

    return step


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    rows = [gradient(w, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))]
    return np.mean(rows, axis=0) + lam / X.shape[0] * np.asarray(w)
