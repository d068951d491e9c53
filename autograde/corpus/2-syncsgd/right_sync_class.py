"""
title = "A dataclass with a step, a generator of mini-batches, map_async"
notebook = "easy"
kind = "right"
"""

# %% sync_sgd
from dataclasses import dataclass, field


@dataclass
class Trainer:
    pool: object
    w: np.ndarray
    settings: dict
    path: list = field(default_factory=list)

    def step(self, X, Y, batch):
        jobs = [(self.w, X.take(s, axis=0), Y.take(s, axis=0)) for s in split_batch(batch, self.settings["workers"])]
        mean = average_gradients(self.pool.map_async(worker_gradient, jobs).get())
        self.w = self.w - self.settings["lr"] * mean - self.settings["lr"] * self.settings["lam"] / len(X) * self.w


def batches(rng, n, size):
    order = rng.permutation(n)
    yield from (order[i : i + size] for i in range(0, n, size))


def sync_sgd(w, X, Y, **settings):
    rng = np.random.default_rng(settings["seed"])
    with Pool(settings["workers"]) as pool:
        trainer = Trainer(pool, w, settings, [w])
        for _ in range(settings["epochs"]):
            for batch in batches(rng, len(X), settings["batch_size"]):
                trainer.step(X, Y, batch)
            trainer.path.append(trainer.w)
    return trainer.path
