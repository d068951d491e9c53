"""
title = "numpy's array_split, shards as lists, prints and warnings beside it"
notebook = "easy"
kind = "right"
"""


# %% split_batch
def split_batch(indices, workers):
    import warnings

    print("splitting", len(indices))
    warnings.warn("just so")
    return [shard.tolist() for shard in np.array_split(np.asarray(indices), workers)]
