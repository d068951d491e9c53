"""
title = "The workers compute, and the master computes it all again and uses that"
notebook = "easy"
kind = "wrong"
[points]
sync_sgd = 2
[says]
sync_sgd = ["computes every whole mini-batch itself"]
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
                pool.map(worker_gradient, tasks)
                g, n = worker_gradient((w, X[batch], Y[batch]))
                w = w - lr * (g / n + lam / len(X) * w)
            path.append(w)
    return path
