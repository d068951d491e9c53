"""
title = "A function that ends the process"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["gradient: the kernel died"]
[points]
gradient = 0
"""


# %% gradient
def gradient(w, X, Y, lam):
    import os

    os._exit(0)
