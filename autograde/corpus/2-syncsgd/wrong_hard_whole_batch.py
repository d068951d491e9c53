"""
title = "Every worker computes the whole mini-batch"
notebook = "hard"
kind = "wrong"
[points]
update = 0
batches = 0
[says]
update = ["of all workers together"]
batches = ["every worker goes through everything"]
"""


# %% train
def one(task):
    gradient, w, X, Y = task
    return gradient(w, X, Y)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                tasks = [(gradient, w, X[batch], Y[batch]) for s in range(workers)]
                w = w - lr * (sum(pool.map(one, tasks)) / len(batch) / workers + lam / len(X) * w)
    return w
