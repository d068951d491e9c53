"""
title = "A class with starmap and partial; shuffled by sorting random numbers"
notebook = "hard"
kind = "right"
"""

# %% train
from functools import partial


class Framework:
    def __init__(self, gradient, data, workers):
        self.gradient, self.data, self.pool = gradient, data, Pool(workers)
        self.workers = workers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.terminate()
        self.pool.join()

    def mean(self, w, batch):
        X, Y = self.data
        pieces = [p for p in np.array_split(batch, self.workers) if p.size]
        sums = self.pool.starmap(partial(self.gradient, w), [(X[p], Y[p]) for p in pieces])
        return np.einsum("ks->s", np.stack(sums)) / batch.size


def train(gradient, w, X, Y, workers=1, batch_size=1, lr=0.1, lam=0.0, epochs=1, seed=0):
    rng = np.random.default_rng([seed, 7])
    with Framework(gradient, (X, Y), workers) as framework:
        for epoch in range(epochs):
            order = rng.random(len(X)).argsort()
            for batch in np.array_split(order, np.arange(batch_size, len(X), batch_size)):
                w = w - lr * framework.mean(w, batch) - lr * lam / len(X) * w
    return w
