"""
title = "imap and a momentum-free update in place"
notebook = "easy"
kind = "right"
"""


# %% sync_sgd
def sync_sgd(w, X, Y, workers, batch_size, lr, lam, epochs, seed):
    random = np.random.default_rng(seed)
    w = w.copy()
    path = [w.copy()]
    pool = Pool(workers)
    try:
        for _ in range(epochs):
            batches = random.permutation(len(X))
            while len(batches):
                now, batches = batches[:batch_size], batches[batch_size:]
                tasks = [(w.copy(), X[list(s)], Y[list(s)]) for s in split_batch(now, workers) if len(s)]
                g = average_gradients(list(pool.imap(worker_gradient, tasks)))
                w *= 1 - lr * lam / len(X)
                w -= lr * g
            path.append(w.copy())
    finally:
        pool.close()
        pool.join()
    return np.array(path)
