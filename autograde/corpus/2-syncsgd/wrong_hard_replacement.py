"""
title = "Draws every mini-batch with replacement"
notebook = "hard"
kind = "wrong"
[points]
batches = 0
[says]
batches = ["drawn with replacement"]
"""


# %% train
def one(task):
    gradient, w, X, Y = task
    return gradient(w, X, Y)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            for start in range(0, len(X), batch_size):
                n = min(batch_size, len(X) - start)
                batch = rng.integers(len(X), size=n)
                tasks = [(gradient, w, X[s], Y[s]) for s in np.array_split(batch, workers)]
                w = w - lr * (sum(pool.map(one, tasks)) / len(batch) + lam / len(X) * w)
    return w
