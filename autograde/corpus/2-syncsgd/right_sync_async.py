"""
title = "apply_async for every shard, a walrus, w changed in place on a copy"
notebook = "easy"
kind = "right"
"""

# %% sync_sgd
from contextlib import closing


def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng, w, path = np.random.default_rng(seed), np.array(w), [np.array(w)]
    pool = Pool(workers)
    with closing(pool):
        for _ in range(epochs):
            order = rng.permutation(X.shape[0])
            start = 0
            while len(batch := order[start : (start := start + batch_size)]):
                waiting = [pool.apply_async(worker_gradient, ((w, X[s], Y[s]),)) for s in split_batch(batch, workers)]
                w -= lr * (average_gradients([r.get() for r in waiting]) + lam * w / X.shape[0])
            path += [w.copy()]
    pool.join()
    return path
