"""
title = "The worker sends the gradient alone"
notebook = "easy"
kind = "wrong"
[points]
worker_gradient = 0
[says]
worker_gradient = ["pair"]
"""


# %% worker_gradient
def worker_gradient(task):
    w, X, Y = task
    return gradient(w, X, Y, 0.0)
