"""
title = "The data shuffled instead of the indices"
notebook = "easy"
kind = "right"
"""


# %% sync_sgd
def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng, N, path = np.random.default_rng(seed), len(X), [w]
    with Pool(processes=workers) as pool:
        for _ in range(epochs):
            p = rng.permutation(N)
            XX, YY = X[p], Y[p]
            for a in range(0, N, batch_size):
                b = min(a + batch_size, N)
                tasks = [(w, XX[s], YY[s]) for s in split_batch(np.arange(a, b), workers) if len(s) > 0]
                w = w - lr * (average_gradients(pool.map(worker_gradient, tasks, chunksize=1)) + lam / N * w)
            path.append(w)
    return path
