"""The known mistakes in the loop of *easy*: in its numbers, and in how it uses processes."""

import pytest

LOOP = """
def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    {begin}
    N = len(X)
    w0 = w
    path = [w]
    before = w
    with Pool(workers) as pool:
        for epoch in range(epochs):
            order = {order}
            w_epoch = w
            for start in range(0, {stop}, batch_size):
                batch = order[start : start + batch_size]
                shards = {shards}
                tasks = [({at}, X[s], Y[s]) for s in shards]
                results = {results}
                before = w
                {update}
            {append}
    return {returned}
"""
RIGHT = {
    "begin": "pass",
    "order": "rng.permutation(N)",
    "stop": "N",
    "at": "w",
    "shards": "[s for s in split_batch(batch, workers) if len(s)]",
    "results": "pool.map(worker_gradient, tasks)",
    "update": "w = w - lr * (average_gradients(results) + lam / N * w)",
    "append": "path.append(w)",
    "returned": "path",
}
PER_WORKER = "for g, n in results: w = w - lr * (g / n + lam / N * w)"
ASYNC = "for s in shards: g, n = pool.map(worker_gradient, [(w, X[s], Y[s])])[0]; w = w - lr * (g / n + lam / N * w)"


def mean(mean: str, penalty: str = "lam / N") -> dict:
    return {"update": f"w = w - lr * ({mean} + {penalty} * w)"}


MEAN = "average_gradients(results)"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"update": f"w = w + lr * ({MEAN} + lam / N * w)"}, "uphill"),
        (mean(MEAN, "0"), "λ missing"),
        (mean(MEAN, "workers * lam / N"), "λ once per worker"),
        (mean(MEAN, "lam"), "λ not divided by N"),
        (mean(MEAN, "lam / len(batch)"), "λ divided by the mini-batch"),
        (mean("sum(g for g, n in results)"), "sum for mean"),
        (mean("np.mean([g / n for g, n in results], axis=0)"), "unweighted mean over uneven shards"),
        (mean(MEAN + " / workers"), "divided by workers too"),
        (mean("sum(g for g, n in results) / workers"), "divided by the number of workers"),
        (mean("results[-1][0] / results[-1][1]"), "last worker only"),
        ({"stop": "N - N % batch_size"}, "ragged tail dropped"),
        ({"order": "np.random.default_rng(seed).permutation(N)"}, "batch order reused"),
        ({"order": "np.arange(N)"}, "no shuffling"),
        ({"at": "w_epoch"}, "stale w"),
        ({"at": "w0"}, "w never shared again"),
        ({"at": "before"}, "stale w"),
        ({"update": ASYNC, "results": "None"}, "w updated per worker"),
        ({"update": f"w = w - workers * lr * ({MEAN} + lam / N * w)"}, "learning rate times workers"),
        (mean("sum(g for g, n in results)", "lam"), "sum for mean + λ not divided by N"),
        ({"update": "pass"}, "no update"),
        ({"update": f"w = w - lr * ({MEAN} + lam / N * w) / len(batch)"}, "divided by the examples twice"),
        (mean(MEAN + " / len(batch)"), "divided by the examples twice"),
        ({"shards": "split_batch(np.arange(len(batch)), workers)"}, "positions for indices"),
        ({"shards": "split_batch(np.arange(N), workers)"}, "whole data set"),
        (
            {"shards": "np.array_split(batch, workers)"} | mean("np.mean([g / n for g, n in results], axis=0)"),
            "unweighted mean over uneven shards",
        ),
        ({"order": "np.random.default_rng().permutation(N)"}, "seed ignored"),
        ({"begin": "w = w.copy()", "update": f"w -= lr * ({MEAN} + lam / N * w)"}, "path of one array"),
        ({"update": f"w -= lr * ({MEAN} + lam / N * w)"}, "changes its input"),
        ({"returned": "w"}, "shape"),
        ({"returned": "path[1:]"}, "shape"),
        ({"returned": "None"}, "no return"),
    ],
)
def test_wrong_numbers(student, judged, change, name):
    verdict = judged("2-syncsgd/easy/sync_sgd", student("easy", LOOP.format(**RIGHT | change)))
    assert (verdict.points, verdict.misconception) == (0, name)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"results": "[worker_gradient(task) for task in tasks]"}, "not parallel"),
        ({"results": "[pool.apply(worker_gradient, (task,)) for task in tasks]"}, "sequential map"),
        ({"results": "pool.map(worker_gradient, tasks, chunksize=9)"}, "sequential map"),
        ({"results": "Pool(workers).map(worker_gradient, tasks)"}, "new pool each step"),
        (
            {"results": "pool.map(worker_gradient, [(w, X[batch], Y[batch]) for s in shards])"},
            "whole batch for everyone",
        ),
        (
            {"results": "pool.map(worker_gradient, [(w, X[i : i + 1], Y[i : i + 1]) for i in batch])"},
            "number of tasks",
        ),
        (
            {"results": "pool.map(worker_gradient, [(w, X[batch] + 2e-5, Y[batch]) for s in shards])"},
            "foreign examples",
        ),
        (
            {"results": "pool.map(worker_gradient, tasks) and [worker_gradient((w, X[batch], Y[batch]))]"},
            "not parallel",
        ),
    ],
)
def test_right_numbers_in_the_wrong_processes_are_half_of_the_points(student, judged, change, name, monkeypatch):
    from sgdkit.checks import get
    from sgdkit.checks.probes import spy
    from sgdkit.checks.syncsgd import sync_sgd

    assert spy._check_patience > 1
    for source in ("STAND_INS", "WATCHED"):
        quick = getattr(sync_sgd, source).replace("_check_patience = 5.0", "_check_patience = 0.7")
        monkeypatch.setattr(sync_sgd, source, quick)
    assert get("2-syncsgd/easy/sync_sgd").points == 4
    verdict = judged("2-syncsgd/easy/sync_sgd", student("easy", LOOP.format(**RIGHT | change)))
    assert (verdict.points, verdict.misconception) == (2, name)


def test_the_kits_own_trainer_is_no_answer(student, judged):
    source = """
    from sgdkit import SyncSGD
    from sgdkit.models import parabola
    def sync_sgd(w, X, Y, **settings):
        SyncSGD(parabola())
        return [w]
    """
    assert "write this one yourself" in judged("2-syncsgd/easy/sync_sgd", student("easy", source)).message


def test_an_earlier_mistake_does_not_cost_again_and_is_named(student, judged):
    wrong = """
    def gradient(w, X, Y, lam): return 3 * w
    def split_batch(indices, workers): return [indices]
    """
    for name, points in (("worker_gradient", 2), ("sync_sgd", 4)):
        verdict = judged(f"2-syncsgd/easy/{name}", student("easy", wrong))
        assert verdict.points == points and "mend those above first" in verdict.message
    wrong = "def predict(w, X): return np.zeros((len(X), 1))"
    verdict = judged("2-syncsgd/easy/loss", student("easy", wrong))
    assert verdict.points == 1 and "mend those above first" in verdict.message
