"""
title = "Threads instead of processes"
notebook = "hard"
kind = "wrong"
[points]
parallel = 0
[says]
parallel = ["in the notebook's own process"]
"""

# %% train
from multiprocessing.pool import ThreadPool


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with ThreadPool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                tasks = [(w, X[s], Y[s]) for s in np.array_split(batch, workers)]
                w = w - lr * (sum(pool.starmap(gradient, tasks)) / len(batch) + lam / len(X) * w)
    return w
