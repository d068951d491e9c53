"""
title = "A loop that never ends"
notebook = "easy"
kind = "hostile"
[points]
gradient = 0
[says]
gradient = ["did not end within"]
"""


# %% gradient
def gradient(w, X, Y, lam):
    while True:
        pass
