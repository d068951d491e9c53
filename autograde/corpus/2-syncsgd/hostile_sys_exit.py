"""
title = "Calls sys.exit"
notebook = "easy"
kind = "hostile"
[points]
gradient = 0
[says]
gradient = ["SystemExit"]
"""


# %% gradient
def gradient(w, X, Y, lam):
    import sys

    sys.exit(0)
