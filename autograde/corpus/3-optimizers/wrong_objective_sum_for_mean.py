"""
title = "The examples' part is not divided"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
[says]
objective_gradient = ["not divided by N"]
"""


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return gradient(w, X, Y) + lam / len(X) * w
