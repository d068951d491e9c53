"""
title = "w moves by the gradient of one step ago"
notebook = "hard"
kind = "wrong"
[points]
update = 0
[says]
update = ["should be"]
"""


# %% train
def one(task):
    gradient, w, X, Y = task
    return gradient(w, X, Y)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    old = None
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                tasks = [(gradient, w, X[s], Y[s]) for s in np.array_split(batch, workers)]
                new = sum(pool.map(one, tasks)) / len(batch)
                w = w - lr * ((new if old is None else old) + lam / len(X) * w)
                old = new
    return w
