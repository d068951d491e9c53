"""
title = "Functions that make functions"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
def Momentum(lr, momentum):
    v = 0.0

    def step(w, g):
        nonlocal v
        v = momentum * v + g
        return w - lr * v

    return step


# %% adam
def Adam(lr, beta1, beta2, eps):
    memory = {"m": 0.0, "v": 0.0, "t": 0}

    def step(w, g):
        memory["t"] += 1
        memory["m"] = beta1 * memory["m"] + (1 - beta1) * g
        memory["v"] = beta2 * memory["v"] + (1 - beta2) * g * g
        rate = lr / (1 - beta1 ** memory["t"])
        return w - rate * memory["m"] / (np.sqrt(memory["v"] / (1 - beta2 ** memory["t"])) + eps)

    return step
