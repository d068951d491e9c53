"""
title = "The step is outside the loop over mini-batches"
notebook = "easy"
kind = "wrong"
[points]
sync_sgd = 0
[says]
sync_sgd = ["only the last mini-batch"]
"""


# %% sync_sgd
def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    path = [w]
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
            tasks = [(w, X[shard], Y[shard]) for shard in split_batch(batch, workers)]
            w = w - lr * (average_gradients(pool.map(worker_gradient, tasks)) + lam / len(X) * w)
            path.append(w)
    return path
