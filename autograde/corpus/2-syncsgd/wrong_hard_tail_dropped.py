"""
title = "hard: the last mini-batch is left out"
notebook = "hard"
kind = "wrong"
[points]
batches = 0
[says]
batches = ["left out"]
"""


# %% train
def shard_gradient(task):
    gradient, w, X, Y = task
    return gradient(w, X, Y)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with Pool(workers) as pool:
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X) - len(X) % batch_size, batch_size):
                batch = order[start : start + batch_size]
                shards = [shard for shard in np.array_split(batch, workers) if len(shard)]
                tasks = [(gradient, w, X[shard], Y[shard]) for shard in shards]
                sums = pool.map(shard_gradient, tasks)
                w = w - lr * (sum(sums) / len(batch) + lam / len(X) * w)
    return w
