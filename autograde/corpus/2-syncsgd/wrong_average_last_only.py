"""
title = "Only the last worker counts"
notebook = "easy"
kind = "wrong"
[points]
average_gradients = 0
[says]
average_gradients = ["last worker"]
"""


# %% average_gradients
def average_gradients(results):
    for g, n in results:
        mean = g / max(n, 1)
    return mean
