"""
title = "Shards of equal size, the rest is dropped"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 0
[says]
split_batch = ["ragged tail is dropped"]
"""


# %% split_batch
def split_batch(indices, workers):
    size = max(1, len(indices) // workers)
    return [indices[k * size : (k + 1) * size] for k in range(workers)]
