"""
title = "Shards of the rounded-up size, so that the last one may be empty"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 1
[says]
split_batch = ["has nothing to do", "half of the points"]
"""


# %% split_batch
def split_batch(indices, workers):
    size = -(-len(indices) // workers)
    return [indices[k * size : (k + 1) * size] for k in range(workers)]
