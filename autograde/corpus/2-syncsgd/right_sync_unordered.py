"""
title = "imap_unordered with a generator of tasks: a sum does not mind the order"
notebook = "easy"
kind = "right"
"""


# %% sync_sgd
def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    path = [w]
    with Pool(workers) as pool:
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for batch in np.split(order, np.arange(batch_size, len(X), batch_size)):
                tasks = ((w, X[shard], Y[shard]) for shard in split_batch(batch, workers))
                g = average_gradients(list(pool.imap_unordered(worker_gradient, tasks)))
                w = (1 - lr * lam / len(X)) * w - lr * g
            path.append(w)
    return np.stack(path)
