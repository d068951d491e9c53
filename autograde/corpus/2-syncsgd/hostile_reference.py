"""
title = "Calls the reference of the check"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["reaches into the checks"]
[points]
gradient = 0
[says]
gradient = ["write this one yourself"]
"""

# %% gradient
from sgdkit.checks.syncsgd.network import data_gradient


def gradient(w, X, Y, lam):
    return data_gradient(w, X, Y) + lam * w
