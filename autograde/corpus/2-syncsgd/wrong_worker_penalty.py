"""
title = "The worker adds the penalty"
notebook = "easy"
kind = "wrong"
[points]
worker_gradient = 0
[says]
worker_gradient = ["penalty is in the worker"]
"""


# %% worker_gradient
def worker_gradient(task):
    w, X, Y = task
    return gradient(w, X, Y, 1.0), len(X)
