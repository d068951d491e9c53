"""
title = "Divides by the number of entries of Y"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
[says]
objective_gradient = ["number of all entries of Y"]
"""


# %% objective_gradient
def objective_gradient(gradient, w, X, Y, lam):
    return (gradient(w, X, Y) + lam * w) / Y.size
