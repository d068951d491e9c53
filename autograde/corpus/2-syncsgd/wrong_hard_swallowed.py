"""
title = "A worker answers zeros where something breaks"
notebook = "hard"
kind = "wrong"
[points]
faults = 0
[says]
faults = ["as if nothing had happened"]
"""


# %% train
def one(task):
    gradient, w, X, Y = task
    try:
        return gradient(w, X, Y)
    except Exception:
        return 0 * w


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                tasks = [(gradient, w, X[s], Y[s]) for s in np.array_split(batch, workers)]
                w = w - lr * (sum(pool.map(one, tasks)) / len(batch) + lam / len(X) * w)
    return w
