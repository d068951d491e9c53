"""
title = "Cuts the mini-batches once and shuffles only their order"
notebook = "hard"
kind = "wrong"
[points]
batches = 0
[says]
batches = ["the same mini-batches, in another order only"]
"""


# %% train
def one(task):
    gradient, w, X, Y = task
    return gradient(w, X, Y)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            batches = [order[s : s + batch_size] for s in range(0, len(X), batch_size)]
            for k in rng.permutation(len(batches)):
                batch = batches[k]
                tasks = [(gradient, w, X[s], Y[s]) for s in np.array_split(batch, workers)]
                w = w - lr * (sum(pool.map(one, tasks)) / len(batch) + lam / len(X) * w)
    return w
