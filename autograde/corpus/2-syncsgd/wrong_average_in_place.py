"""
title = "Adds the other results into the first worker's array"
notebook = "easy"
kind = "wrong"
[points]
average_gradients = 0
[says]
average_gradients = ["changes its input"]
"""


# %% average_gradients
def average_gradients(results):
    total, n = results[0]
    for g, m in results[1:]:
        total += g
        n += m
    return total / n
