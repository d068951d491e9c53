"""
title = "The last worker gets the whole rest"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 1
[says]
split_batch = ["half of the points"]
"""


# %% split_batch
def split_batch(indices, workers):
    size = len(indices) // workers
    shards = [indices[k * size : (k + 1) * size] for k in range(workers - 1)]
    return shards + [indices[(workers - 1) * size :]]
