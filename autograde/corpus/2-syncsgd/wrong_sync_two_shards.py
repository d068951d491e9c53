"""
title = "Two shards, however many workers there are"
notebook = "easy"
kind = "wrong"
[points]
sync_sgd = 2
[says]
sync_sgd = ["one for every worker", "half of the points"]
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
                half = len(batch) // 2
                shards = [batch[:half], batch[half:]] if workers > 1 else [batch]
                tasks = [(w, X[shard], Y[shard]) for shard in shards]
                w = w - lr * (average_gradients(pool.map(worker_gradient, tasks)) + lam / len(X) * w)
            path.append(w)
    return path
