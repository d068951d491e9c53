"""
title = "2 λ w"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
[says]
objective_gradient = ["2 * lam"]
"""


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return (gradient(w, X, Y) + 2 * lam * w) / len(X)
