"""
title = "λw instead of λw / N"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
[says]
objective_gradient = ["lam / N"]
"""


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return gradient(w, X, Y) / len(X) + lam * w
