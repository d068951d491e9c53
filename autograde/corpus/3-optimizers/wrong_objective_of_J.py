"""
title = "The gradient of J"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
[says]
objective_gradient = ["gradient of J"]
"""


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return gradient(w, X, Y) + lam * w
