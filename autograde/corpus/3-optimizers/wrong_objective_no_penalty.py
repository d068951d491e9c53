"""
title = "The penalty is forgotten"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
[says]
objective_gradient = ["penalty is missing"]
"""


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return gradient(w, X, Y) / len(X)
