"""
title = "A loop that never ends and catches everything"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["gradient: it took longer than its time limit"]
[points]
gradient = 0
"""


# %% gradient
def gradient(w, X, Y, lam):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
