"""
title = "hard: a class with strided shards and apply_async"
notebook = "hard"
kind = "right"
"""


# %% train
class Framework:
    def __init__(self, gradient, X, Y, workers):
        self.gradient, self.X, self.Y = gradient, X, Y
        self.pool = Pool(workers)
        self.workers = workers

    def step(self, w, rows):
        parts = [rows[k :: self.workers] for k in range(self.workers)]
        jobs = [
            self.pool.apply_async(work, (self.gradient, w, self.X[part], self.Y[part])) for part in parts if len(part)
        ]
        answers = [job.get() for job in jobs]
        return np.sum([g for g, _ in answers], axis=0) / sum(n for _, n in answers)


def work(gradient, w, X, Y):
    return gradient(w, X, Y), len(X)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    generator = np.random.default_rng(seed)
    framework = Framework(gradient, X, Y, workers)
    try:
        for epoch in range(epochs):
            shuffled = np.arange(len(X))
            generator.shuffle(shuffled)
            for batch in np.split(shuffled, range(batch_size, len(X), batch_size)):
                w = (1 - lr * lam / len(X)) * w - lr * framework.step(w, batch)
    finally:
        framework.pool.terminate()
        framework.pool.join()
    return w
