"""
title = "Positions instead of the indices that stand there"
notebook = "easy"
kind = "wrong"
[points]
split_batch = 0
[says]
split_batch = ["positions"]
"""


# %% split_batch
def split_batch(indices, workers):
    return np.array_split(np.arange(len(indices)), workers)
