"""
title = "The learning rate is multiplied by the workers"
notebook = "easy"
kind = "wrong"
[points]
sync_sgd = 0
[says]
sync_sgd = ["number of workers"]
"""


# %% sync_sgd
def sync_sgd(w, X, Y, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    w = np.array(w, dtype=float)
    path = [w.copy()]
    with Pool(workers) as pool:
        for epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                tasks = [(w, X[s], Y[s]) for s in split_batch(batch, workers) if len(s)]
                g = average_gradients(pool.map(worker_gradient, tasks))
                w = w - lr * workers * (g + lam / len(X) * w)
            path.append(w.copy())
    return path
