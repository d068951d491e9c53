"""
title = "Cuts off the first shard and calls itself for the rest"
notebook = "easy"
kind = "right"
"""


# %% split_batch
def split_batch(indices, workers):
    if workers == 1:
        return [indices]
    size = -(-len(indices) // workers)
    return [indices[:size], *split_batch(indices[size:], workers - 1)]
