"""
title = "Divided by the number of workers"
notebook = "easy"
kind = "wrong"
[points]
average_gradients = 0
[says]
average_gradients = ["number of workers"]
"""


# %% average_gradients
def average_gradients(results):
    return sum(g for g, n in results) / len(results)
