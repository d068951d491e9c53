"""
title = "Sorts the indices in place"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 0
[says]
split_batch = ["changes its input"]
"""


# %% split_batch
def split_batch(indices, workers):
    indices.sort()
    return np.array_split(indices, workers)
