"""
title = "The sum, never divided"
notebook = "easy"
kind = "wrong"
[points]
average_gradients = 0
[says]
average_gradients = ["never divided"]
"""


# %% average_gradients
def average_gradients(results):
    return sum(g for g, n in results)
