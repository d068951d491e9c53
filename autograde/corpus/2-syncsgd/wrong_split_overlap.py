"""
title = "Every shard gets one more, which the next has too"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 0
[says]
split_batch = ["is in more than one place"]
"""


# %% split_batch
def split_batch(indices, workers):
    n, size = len(indices), len(indices) // workers
    return [indices[k * size : (k + 1) * size + (n % workers > 0)] for k in range(workers)]
