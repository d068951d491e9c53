"""
title = "np.sum over both columns"
notebook = "easy"
kind = "right"
"""


# %% average_gradients
def average_gradients(results):
    gradients, numbers = zip(*results)
    return np.average([g / n if n else g for g, n in results], axis=0, weights=numbers)
