"""The notebook *hard*: behaviours of a student's own `train` that are mistakes, and ways to build it that are right."""

import pytest

TRAIN = """
def part(task):
    gradient, w, X, Y = task
    return gradient(w, X, Y), len(X)

def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    {begin}
    N = len(X)
    w0 = w
    with Pool(workers) as pool:
        for epoch in range(epochs):
            order = {order}
            w_epoch = w
            for start in range(0, {stop}, {size}):
                batch = order[start : start + {size}]
                shards = {shards}
                tasks = [(gradient, {at}, X[s], Y[s]) for s in shards]
                results = {results}
                {update}
    return {returned}
"""
RIGHT = {
    "begin": "pass",
    "order": "rng.permutation(N)",
    "stop": "N",
    "size": "batch_size",
    "shards": "[s for s in np.array_split(batch, workers) if len(s)]",
    "at": "w",
    "results": "pool.map(part, tasks)",
    "update": "w = w - lr * (sum(g for g, n in results) / sum(n for g, n in results) + lam / N * w)",
    "returned": "w",
}
MEAN = "sum(g for g, n in results) / len(batch)"


def mean(mean: str, penalty: str = "lam / N") -> dict:
    return {"update": f"w = w - lr * ({mean} + {penalty} * w)"}


@pytest.mark.parametrize(
    ("check", "change", "name", "points"),
    [
        ("update", {"update": f"w = w + lr * ({MEAN} + lam / N * w)"}, "uphill", 0),
        ("update", mean(MEAN, "0"), "λ missing", 0),
        ("update", mean(MEAN, "lam * workers / N"), "λ once per worker", 0),
        ("update", mean(MEAN, "lam"), "λ not divided by N", 0),
        ("update", mean(MEAN, "lam / len(batch)"), "λ divided by the mini-batch", 0),
        ("update", mean("sum(g for g, n in results)"), "sum for mean", 0),
        ("update", mean("np.mean([g / n for g, n in results], axis=0)"), "unweighted mean over uneven shards", 3),
        ("update", mean("sum(g / n for g, n in results)"), "sum of the means", 0),
        ("update", mean(MEAN + " / workers"), "divided by workers too", 0),
        ("update", mean("sum(g for g, n in results) / workers"), "divided by the number of workers", 0),
        ("update", mean("sum(g for g, n in results) / batch_size"), "divided by batch_size", 3),
        ("update", mean("results[-1][0] / results[-1][1]"), "one worker only", 0),
        ("update", {"update": f"w = w - lr * workers * ({MEAN} + lam / N * w)"}, "learning rate times workers", 0),
        ("update", {"at": "w_epoch"}, "stale w", 0),
        ("update", {"at": "w0"}, "stale w", 0),
        ("update", {"size": "(workers * batch_size)"}, "batch_size per worker", 0),
        ("update", {"begin": "w = w + 1"}, "other start", 0),
        ("update", {"update": f"w -= lr * ({MEAN} + lam / N * w)"}, "changes its input", 0),
        ("update", {"update": "for t in tasks: g, n = part((gradient, w, *t[2:])); w = w - lr * (g / n + lam / N * w)",
                    "results": "None"}, "w updated per worker", 0),
        ("update", {"returned": "None"}, "no return", 0),
        ("update", {"returned": "[w, w]"}, "shape", 0),
        ("update", {"results": "[(X[s].T @ (X[s] @ w - Y[s][:, 0]), len(s)) for s in shards]"}, "gradient not used", 0),
        ("batches", {"stop": "N - N % batch_size"}, "ragged tail dropped", 0),
        ("batches", {"order": "np.arange(N)"}, "no shuffling", 0),
        ("batches", {"order": "np.random.default_rng(seed).permutation(N)"}, "batch order reused", 0),
        ("batches", {"order": "np.random.default_rng().permutation(N)"}, "seed ignored", 0),
        ("batches", {"begin": "rng = np.random.default_rng(0)"}, "seed ignored", 0),
        ("batches", {"order": "rng.integers(0, N, N)"}, "drawn with replacement", 0),
        ("batches", {"shards": "[batch] * workers"}, "whole batch for everyone", 0),
        ("batches", {"shards": "[s for s in np.array_split(batch[:3], workers) if len(s)]"}, "examples lost", 0),
        ("batches", {"shards": "[s for s in np.array_split(np.r_[batch, batch[:1]], workers) if len(s)]"},
         "examples duplicated", 0),
        ("parallel", {"results": "[part(t) for t in tasks]"}, "not parallel", 0),
        ("parallel", {"results": "[pool.apply(part, (t,)) for t in tasks]"}, "sequential map", 0),
        ("parallel", {"results": "Pool(workers).map(part, tasks)"}, "new pool each step", 1.5),
        ("faults", {"results": "pool.map(part, tasks)"}, None, 2),
        ("faults", {"begin": "keep.append(Pool(2))"}, "processes left behind", 0),
    ],
)  # fmt: skip
def test_train(student, judged, monkeypatch, check, change, name, points):
    from sgdkit.checks.syncsgd import observed

    quick = observed.PROBE.replace("_check_patience = 5.0", "_check_patience = 0.7")
    monkeypatch.setattr(observed, "PROBE", quick)
    namespace = student("hard", "keep = []\n" + TRAIN.format(**RIGHT | change))
    verdict = judged(f"2-syncsgd/hard/{check}", namespace)
    assert (verdict.points, verdict.misconception) == (points, name), verdict.message
    for pool in namespace["keep"]:
        pool.terminate()


def test_a_swallowed_exception(student, judged):
    source = TRAIN.format(**RIGHT).replace(
        "return gradient(w, X, Y), len(X)",
        "try:\n        return gradient(w, X, Y), len(X)\n    except Exception:\n        return 0 * w, 1",
    )
    assert judged("2-syncsgd/hard/faults", student("hard", source)).misconception == "exception swallowed"


def test_a_hang_after_an_exception_is_ended(student, judged, monkeypatch):
    from dataclasses import replace

    from sgdkit.checks import collect, get
    from sgdkit.checks.syncsgd import observed

    source = TRAIN.format(**RIGHT).replace(
        "return gradient(w, X, Y), len(X)",
        "try:\n        return gradient(w, X, Y), len(X)\n    except Exception:\n        import time; time.sleep(600)",
    )
    monkeypatch.setattr(collect, "_LINGER", 0.1)
    exercise = get("2-syncsgd/hard/faults")
    short = replace(exercise, cases=lambda rng: [replace(case, limit=2.0) for case in exercise.cases(rng)])
    monkeypatch.setattr("sgdkit.checks.get", lambda _: short)
    verdict = judged("2-syncsgd/hard/faults", student("hard", source))
    assert (verdict.points, verdict.misconception) == (0, "timeout")
    assert observed.FEATURES == 3


QUEUES = """
import multiprocessing

def serve(pipe):
    while (task := pipe.recv()) is not None:
        gradient, w, X, Y = task
        try:
            pipe.send(gradient(w, X, Y))
        except Exception as error:
            pipe.send(error)

class Workers:
    def __init__(self, number):
        fork = multiprocessing.get_context("fork")
        self.pipes, self.processes = [], []
        for _ in range(number):
            ours, theirs = fork.Pipe()
            self.processes.append(fork.Process(target=serve, args=(theirs,), daemon=True))
            self.pipes.append(ours)
            self.processes[-1].start()
    def close(self):
        for process in self.processes:
            process.terminate()
            process.join()

def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    crew = Workers(workers)
    random = np.random.RandomState(seed)
    try:
        for _ in range(epochs):
            order = random.permutation(len(X))
            for batch in (order[i:i + batch_size] for i in range(0, len(X), batch_size)):
                busy = []
                for k, pipe in enumerate(crew.pipes):
                    mine = batch[k::workers]
                    if len(mine):
                        pipe.send((gradient, w, X[mine], Y[mine]))
                        busy.append(pipe)
                total = 0
                for pipe in busy:
                    answer = pipe.recv()
                    if isinstance(answer, Exception):
                        raise RuntimeError("a worker failed") from answer
                    total = total + answer
                w = w * (1 - lr * lam / len(X)) - lr / len(batch) * total
        return w
    finally:
        crew.close()
"""
SENT_ONCE = """
def remember(*everything):
    global _mine
    _mine = everything

def compute(w, rows):
    gradient, X, Y = _mine
    return gradient(w, X[rows], Y[rows])

def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    w = list(w)
    with Pool(workers, initializer=remember, initargs=(gradient, X, Y)) as pool:
        for _ in range(epochs):
            order = list(range(len(X)))
            rng.shuffle(order)
            while order:
                batch, order = order[:batch_size], order[batch_size:]
                futures = [pool.apply_async(compute, (np.array(w), batch[k::workers]))
                           for k in range(workers) if batch[k::workers]]
                g = [sum(column) / len(batch) for column in zip(*[future.get() for future in futures])]
                w = [wi - lr * (gi + lam / len(X) * wi) for wi, gi in zip(w, g)]
    return w
"""
FLOAT32 = TRAIN.format(**RIGHT | {"begin": "w = w.astype(np.float32)"})
IN_PLACE = TRAIN.format(
    **RIGHT
    | {"begin": "w = w.copy()", "update": "w -= lr * sum(g for g, n in results) / len(batch) + lr * lam / N * w"}
)
UNORDERED = TRAIN.format(**RIGHT | {"results": "list(pool.imap_unordered(part, tasks))"})
MASTER_TOO = """
def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with Pool(max(1, workers - 1)) as pool:
        for _ in range(epochs):
            for batch in np.split(rng.permutation(len(X)), range(batch_size, len(X), batch_size)):
                mine, *others = np.array_split(batch, workers)
                away = [pool.apply_async(gradient, (w, X[o], Y[o])) for o in others if len(o)]
                total = gradient(w, X[mine], Y[mine]) + sum(result.get() for result in away)
                w = w - lr * (total / len(batch) + lam / len(X) * w)
    return w
"""


@pytest.mark.parametrize("source", [QUEUES, SENT_ONCE, FLOAT32, IN_PLACE, UNORDERED, MASTER_TOO])
@pytest.mark.parametrize("seed", [None, 4])
def test_every_right_framework_gets_everything(student, judged, source, seed):
    namespace = student("hard", source)
    for name in ("update", "batches", "parallel", "faults"):
        verdict = judged(f"2-syncsgd/hard/{name}", namespace, seed)
        assert verdict.passed, verdict.message
