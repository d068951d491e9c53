"""
title = "Everybody gets the whole mini-batch"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 0
[says]
split_batch = ["whole mini-batch"]
"""


# %% split_batch
def split_batch(indices, workers):
    return [indices for _ in range(workers)]
