"""
title = "Every worker takes every k-th index"
notebook = "easy"
kind = "right"
"""

# %% split_batch
split_batch = lambda indices, workers: [indices[k::workers] for k in range(workers)]
