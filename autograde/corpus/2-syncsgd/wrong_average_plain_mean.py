"""
title = "The plain mean of the shards' means"
notebook = "easy"
kind = "wrong"
[points]
average_gradients = 0
[says]
average_gradients = ["plain mean"]
"""


# %% average_gradients
def average_gradients(results):
    return np.mean([g / max(n, 1) for g, n in results], axis=0)
