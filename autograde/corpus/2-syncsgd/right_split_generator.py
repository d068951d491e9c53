"""
title = "A generator that yields the shards"
notebook = "easy"
kind = "right"
"""


# %% split_batch
def split_batch(indices, workers):
    size, more = divmod(len(indices), workers)
    start = 0
    for k in range(workers):
        stop = start + size + (k < more)
        yield indices[start:stop]
        start = stop
