"""
title = "A cell that stops with an error before the function is defined"
notebook = "easy"
kind = "broken"
[points]
gradient = 0
[says]
gradient = ["no `gradient`"]
"""

# %% gradient
1 / 0


def gradient(w, X, Y, lam):
    return w
