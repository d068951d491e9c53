"""Training in a single process, step by step, right and with the known mistakes of a synchronous loop.

What the check of `sync_sgd` compares with. The gradient of each mini-batch comes from `network.data_gradient`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..exercise import Case
from .network import Array, data_gradient, is_linear


@dataclass(frozen=True)
class Loop:
    """How one loop does it; the defaults are right.

    order: "new" (a permutation for every epoch), "once" (one for all), "none", or "early" (every epoch draws from
        a generator started anew: the same permutation, which is "once").
    tail: whether the ragged last mini-batch is used.
    last: whether only the last mini-batch of an epoch moves w.
    average: what becomes of the shards' sums: "weighted", "sum", "plain" (mean of means), "last", "workers" (divided
        by the workers as well), "by workers" (sum divided by the number of workers), "twice" (divided by the
        examples twice).
    penalty: factor in front of w: "lam/N", "none", "lam", "lam*workers/N", "lam/B", "lam/entries of Y".
    rate: what the learning rate is multiplied with: "1", "workers", "1/B", "-1".
    rows: which examples are used: "batch", "positions" (0, 1, … of the mini-batch's length), "all" (every one).
    cut: how a mini-batch becomes shards: "strided", as the stand-in does, or "runs", as np.array_split does.
    at: where the gradient is computed: "w", "epoch" (w at the epoch's start), "start", "before" (one step ago).
    update: "once", or "per worker" (w moves after each worker's shard).
    """

    order: str = "new"
    tail: bool = True
    last: bool = False
    average: str = "weighted"
    penalty: str = "lam/N"
    rate: str = "1"
    rows: str = "batch"
    cut: str = "strided"
    at: str = "w"
    update: str = "once"


def simulate(case: Case, loop: Loop = Loop()) -> Array:
    """(epochs + 1, size): w at the start and after every epoch."""
    w, X, Y = (np.asarray(a, dtype=np.float64) for a in case.args)
    settings = case.kwargs
    N, size, workers = len(X), settings["batch_size"], settings["workers"]
    rng = np.random.default_rng(settings["seed"])
    path, start, before = [w], w, w
    first = rng.permutation(N)
    for epoch in range(settings["epochs"]):
        order = np.arange(N) if loop.order == "none" else first
        if loop.order == "new" and epoch > 0:
            order = rng.permutation(N)
        at_epoch = w
        begins = range(0, N if loop.tail else N - N % size, size)
        for begin in begins[-1:] if loop.last else begins:
            batch = order[begin : begin + size]
            batch = {"batch": batch, "positions": np.arange(len(batch)), "all": np.arange(N)}[loop.rows]
            at = {"w": w, "epoch": at_epoch, "start": start, "before": before}[loop.at]
            before = w
            if loop.update == "per worker":
                for shard in _shards(batch, workers, loop.cut):
                    w = w - _step(case, loop, w, w, X, Y, [shard])
            else:
                w = w - _step(case, loop, at, w, X, Y, _shards(batch, workers, loop.cut))
        path.append(w)
    return np.array(path)


def _shards(batch: Array, workers: int, cut: str) -> list[Array]:
    """None is empty. Which worker has what matters to the wrong averages only."""
    if cut == "runs":
        return [shard for shard in np.array_split(batch, workers) if len(shard)]
    if workers > len(batch):
        workers = len(batch)
    return [batch[k::workers] for k in range(workers)]


def _step(case: Case, loop: Loop, at: Array, w: Array, X: Array, Y: Array, shards: list[Array]) -> Array:
    """What is subtracted from w."""
    sums = [data_gradient(at, X[shard], Y[shard], is_linear(case)) for shard in shards]
    n, workers, lam = sum(map(len, shards)), case.kwargs["workers"], case.kwargs["lam"]
    total = np.sum(sums, axis=0)
    g = {
        "weighted": total / n,
        "sum": total,
        "plain": np.mean([s / len(shard) for s, shard in zip(sums, shards, strict=True)], axis=0),
        "last": sums[-1] / len(shards[-1]),
        "twice": total / n / n,
        "workers": total / n / workers,
        "by workers": total / workers,
    }[loop.average]
    decay = {
        "lam/N": lam / len(X),
        "none": 0.0,
        "lam": lam,
        "lam*workers/N": lam * workers / len(X),
        "lam/B": lam / n,
        "lam/entries of Y": lam / Y.size,
    }[loop.penalty]
    rate = {"1": 1.0, "workers": float(workers), "1/B": 1 / n, "-1": -1.0}[loop.rate]
    return case.kwargs["lr"] * rate * (g + decay * w)
