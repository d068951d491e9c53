"""
title = "The worker sends a mean"
notebook = "easy"
kind = "wrong"
[points]
worker_gradient = 0
[says]
worker_gradient = ["divided by the number of examples"]
"""


# %% worker_gradient
def worker_gradient(task):
    w, X, Y = task
    return gradient(w, X, Y, 0.0) / len(X), len(X)
