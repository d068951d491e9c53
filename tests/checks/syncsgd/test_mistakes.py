"""Every known mistake, made in a student's code, gets its own name, no points, and both numbers."""

import pytest

GRADIENT = """
def gradient(w, X, Y, lam):
    W1, b, W2 = parts(w, X)
    a = X @ W1 + b
    h = np.tanh(a)
    n = len(X)
    error = {error}
    back = (error @ W2.T) * ({bend})
    data = np.concatenate([({W1}).ravel(), {b}, ({W2}).ravel()])
    bias = np.concatenate([0 * W1.ravel(), b, 0 * W2.ravel()])
    return {result}
"""
PARTS = {
    "error": "h @ W2 - Y",
    "bend": "1 - h**2",
    "W1": "X.T @ back",
    "b": "back.sum(axis=0)",
    "W2": "h.T @ error",
    "result": "data + lam * w",
}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"error": "Y - h @ W2"}, "wrong sign"),
        ({"result": "-data - lam * w"}, "wrong sign"),
        ({"result": "data / n + lam * w"}, "mean for sum"),
        ({"result": "(data + lam * w) / n"}, "mean for sum"),
        ({"result": "data / Y.size + lam * w"}, "mean over outputs too"),
        ({"result": "2 * data + lam * w"}, "factor two"),
        ({"result": "data / 2 + lam * w"}, "half"),
        ({"b": "0 * b"}, "bias gradient missing"),
        ({"b": "back.mean(axis=0)"}, "bias gradient is a mean"),
        ({"bend": "1"}, "no derivative of tanh"),
        ({"bend": "1 - np.tanh(h)**2"}, "derivative at the wrong point"),
        ({"bend": "1 - a**2"}, "derivative of the input"),
        ({"bend": "h * (1 - h)"}, "derivative of another function"),
        ({"bend": "1 - h"}, "derivative without the square"),
        ({"W1": "back.T @ X"}, "transposed W1"),
        ({"W2": "error.T @ h"}, "transposed W2"),
        ({"result": "np.concatenate([(data + lam * w)[part] for part in (slice(0, W1.size), "
                    "slice(W1.size + 10, None), slice(W1.size, W1.size + 10))])"}, "parts in another order"),
        ({"W1": "np.outer(X[-1], back[-1])", "b": "back[-1]", "W2": "np.outer(h[-1], error[-1])"}, "one example only"),
        ({"bend": "a > 0"}, "derivative of another function"),
        ({"W2": "a.T @ error"}, "sum before tanh for the hidden values"),
        ({"result": "np.concatenate([data[W1.size + 10:], data[W1.size:W1.size + 10], data[:W1.size]]) + lam * w"},
         "parts in another order"),
        ({"result": "data + lam * np.sum(w)"}, "regularisation with the sum of w"),
        ({"result": "1.001 * data + lam * w"}, "inexact"),
        ({"result": "data"}, "no regularisation"),
        ({"result": "data + 2 * lam * w"}, "regularisation doubled"),
        ({"result": "data + lam / 2 * w"}, "regularisation halved"),
        ({"result": "data + lam * (w - bias)"}, "regularisation without the bias"),
        ({"result": "data + lam / n * w"}, "regularisation divided by n"),
        ({"result": "data + lam * n * w"}, "regularisation per example"),
        ({"result": "data + lam"}, "regularisation without w"),
        ({"result": "data - lam * w"}, "regularisation with the wrong sign"),
        ({"result": "2 * data"}, "factor two + no regularisation"),
        ({"error": "Y - h @ W2", "result": "data / n"}, None),
        ({"bend": "1", "result": "data + lam / n * w"}, "no derivative of tanh + regularisation divided by n"),
    ],
)  # fmt: skip
def test_gradient(student, judged, change, name):
    verdict = judged("2-syncsgd/easy/gradient", student("easy", GRADIENT.format(**PARTS | change)))
    assert (verdict.points, verdict.misconception) == (0, name)
    assert "should be" in verdict.message and "yours is" in verdict.message
    assert judged("2-syncsgd/easy/gradient", student("easy", GRADIENT.format(**PARTS | change)), 5) != verdict


def test_a_gradient_without_the_bias_on_the_way_forward(student, judged):
    source = GRADIENT.format(**PARTS).replace("a = X @ W1 + b", "a = X @ W1")
    verdict = judged("2-syncsgd/easy/gradient", student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, "bias forgotten on the way forward")


def test_differences_too_inexact_are_told_from_a_wrong_gradient(student, judged):
    source = """
    def gradient(w, X, Y, lam):
        return [(loss(w + 1e-3 * e, X, Y, lam) - loss(w, X, Y, lam)) / 1e-3 for e in np.eye(w.size)]
    """
    verdict = judged("2-syncsgd/easy/gradient", student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, "inexact") and "right idea" in verdict.message


def test_a_shard_without_examples_is_named(student, judged):
    source = """
    def average_gradients(results):
        examples = sum(n for g, n in results)
        return sum(g / n * (n / examples) for g, n in results)
    """
    assert "shard may be empty" in judged("2-syncsgd/easy/average_gradients", student("easy", source)).message


def test_asking_for_input_is_not_unwritten(student, judged):
    source = """
    class StdinNotImplementedError(NotImplementedError): pass
    def predict(w, X): raise StdinNotImplementedError("raw_input was called")
    """
    verdict = judged("2-syncsgd/easy/predict", student("easy", source))
    assert verdict.misconception == "asks for input" and "input()" in verdict.message


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("np.tanh(X @ W1) @ W2", "bias missing"),
        ("(np.tanh(X @ W1) + b) @ W2", "bias after tanh"),
        ("np.tanh(X @ W1 - b) @ W2", "bias with the wrong sign"),
        ("(X @ W1 + b) @ W2", "no tanh"),
        ("np.tanh(np.tanh(X @ W1 + b) @ W2)", "tanh on the output too"),
        ("1 / (1 + np.exp(-(X @ W1 + b))) @ W2", "sigmoid for tanh"),
        ("np.maximum(X @ W1 + b, 0) @ W2", "ReLU for tanh"),
        ("np.tanh(X @ w[:W1.size].reshape(10, -1).T + b) @ W2", "W1 read transposed"),
        ("np.tanh(X @ W1 + b) @ w[-W2.size:].reshape(-1, 10).T", "W2 read transposed"),
        ("(e := np.exp(np.tanh(X @ W1 + b) @ W2)) / e.sum(axis=1, keepdims=True)", "softmax on the output"),
        ("np.tanh(X @ W1 + b) @ W2 / 10", "mean over the hidden nodes"),
        ("(np.tanh(X @ W1 + b) @ W2).T", "shape"),
        ("(np.tanh(X @ W1 + b) @ W2)[:, 0]", "shape"),
    ],
)
def test_predict(student, judged, formula, name):
    source = f"def predict(w, X):\n    W1, b, W2 = parts(w, X)\n    return {formula}"
    verdict = judged("2-syncsgd/easy/predict", student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, name)


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("np.sum(e**2) + lam / 2 * np.sum(w**2)", "factor ½ missing"),
        ("0.5 * np.sum(e**2) / len(X) + lam / 2 * np.sum(w**2)", "mean for sum"),
        ("0.5 * np.mean(e**2) + lam / 2 * np.sum(w**2)", "mean over outputs too"),
        ("np.mean(e**2) + lam / 2 * np.sum(w**2)", "mean of squares"),
        ("0.5 * np.sum(np.abs(e)) + lam / 2 * np.sum(w**2)", "absolute error"),
        ("0.5 * np.sum(e)**2 + lam / 2 * np.sum(w**2)", "square of the sum"),
        ("0.5 * np.linalg.norm(e) + lam / 2 * np.sum(w**2)", "root of the squares"),
        ("0.5 * np.sum(e[-1]**2) + lam / 2 * np.sum(w**2)", "one example only"),
        ("0.5 * np.sum(e**2)", "no regularisation"),
        ("0.5 * np.sum(e**2) + lam * np.sum(w**2)", "regularisation doubled"),
        ("0.5 * np.sum(e**2) + lam / 2 * np.linalg.norm(w)", "norm not squared"),
        (
            "0.5 * np.sum(e**2) + lam / 2 * (np.sum(parts(w, X)[0]**2) + np.sum(parts(w, X)[2]**2))",
            "regularisation without the bias",
        ),
        ("sum(0.5 * np.sum(r**2) + lam / 2 * np.sum(w**2) for r in e)", "regularisation per example"),
        ("0.5 * np.sum(e**2) + lam / 2 * np.sum(w**2) / len(X)", "regularisation divided by n"),
        ("0.5 * np.sum(e**2) + lam / 2 * np.sum(w)", "sum of w for its squares"),
        ("0.5 * np.sum(e**2) - lam / 2 * np.sum(w**2)", "regularisation with the wrong sign"),
        ("np.sum(e**2) + lam * np.sum(w**2)", "factor ½ missing + regularisation doubled"),
        ("0.5 * np.sum(e**2, axis=1)", "shape"),
    ],
)
def test_loss(student, judged, formula, name):
    source = f"def loss(w, X, Y, lam):\n    e = predict(w, X) - Y\n    return {formula}"
    verdict = judged("2-syncsgd/easy/loss", student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, name)


@pytest.mark.parametrize(
    ("body", "name", "points"),
    [
        ("s = len(indices) // workers; return [indices[k * s:(k + 1) * s] for k in range(workers)]",
         "ragged tail dropped", 0),
        ("return [indices for _ in range(workers)]", "whole batch for everyone", 0),
        ("return np.array_split(np.arange(len(indices)), workers)", "positions for indices", 0),
        ("return np.array_split(np.concatenate([indices, indices[:1]]), workers)", "examples duplicated", 0),
        ("return np.array_split(np.concatenate([indices, [100 + len(indices)]]), workers)", "foreign indices", 0),
        ("return np.array_split(indices[1:], workers)", "examples lost", 0),
        ("return [indices[i:i + workers] for i in range(0, len(indices), workers)]", "workers taken for the size", 0),
        ("return np.array_split(indices, len(indices))", "too many shards", 0),
        ("s = -(-len(indices) // workers); return [indices[k * s:(k + 1) * s] for k in range(workers)]",
         "empty shard", 1),
        ("s = max(1, len(indices) // workers); c = [k * s for k in range(1, workers)]; return np.split(indices, c)",
         "uneven shards", 1),
        ("return indices", "type", 0),
        ("return [x / 1.0 for x in np.array_split(indices, workers)]", "type", 0),
        ("indices.sort(); return np.array_split(indices, workers)", "changes its input", 0),
        # The ragged last group of the SystemDS script: it is filled up from the beginning.
        ("s = -(-len(indices) // workers); return np.resize(indices, (workers, s))", "examples duplicated", 0),
    ],
)  # fmt: skip
def test_split_batch(student, judged, body, name, points):
    verdict = judged("2-syncsgd/easy/split_batch", student("easy", f"def split_batch(indices, workers):\n    {body}"))
    assert (verdict.points, verdict.misconception) == (points, name)


@pytest.mark.parametrize(
    ("returned", "name"),
    [
        ("gradient(w, X, Y, 0.0) / len(X), len(X)", "mean for sum"),
        ("gradient(w, X, Y, 1.0), len(X)", "λ in the worker"),
        ("-gradient(w, X, Y, 0.0), len(X)", "wrong sign"),
        ("gradient(w, X, Y, 0.0) * len(X), len(X)", "multiplied by n"),
        ("gradient(w, X[-1:], Y[-1:], 0.0), len(X)", "one example only"),
        ("gradient(w, X, Y, 0.0)", "no number of examples"),
        ("loss(w, X, Y, 0.0)", "no pair"),
        ("len(X), gradient(w, X, Y, 0.0)", "pair swapped"),
        ("gradient(w, X, Y, 0.0), X.shape[1]", "wrong number of examples"),
        ("gradient(w, X, Y, 0.0), X.size", "wrong number of examples"),
        ("gradient(w, X, Y, 0.0), len(w)", "wrong number of examples"),
        ("gradient(w, X, Y, 0.0), 1", "wrong number of examples"),
    ],
)
def test_worker_gradient(student, judged, returned, name):
    source = f"def worker_gradient(task):\n    w, X, Y = task\n    return {returned}"
    verdict = judged("2-syncsgd/easy/worker_gradient", student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, name)


@pytest.mark.parametrize(
    ("returned", "name"),
    [
        ("sum(g)", "sum for mean"),
        ("np.mean([gk / max(nk, 1) for gk, nk in results], axis=0)", "unweighted mean over uneven shards"),
        ("sum(g) / len(results)", "divided by the number of workers"),
        ("sum(g) / sum(n) / len(results)", "divided by workers too"),
        ("sum(gk / max(nk, 1) for gk, nk in results)", "sum of the means"),
        ("sum(gk * nk for gk, nk in results) / sum(n)", "weighted twice"),
        ("g[-1] / n[-1]", "last worker only"),
        ("g[-1] / sum(n)", "last worker only"),
        ("g[0] / n[0]", "first worker only"),
        ("sum(g) / n[0]", "divided by one shard's number"),
        ("sum(g) / n[-1]", "divided by one shard's number"),
        ("-sum(g) / sum(n)", "wrong sign"),
        ("np.mean([gk / nk for gk, nk in results], axis=0)", "unweighted mean over uneven shards"),
        ("sum(gk / nk * (nk / sum(n)) for gk, nk in results)", "not finite"),
    ],
)
def test_average_gradients(student, judged, returned, name):
    source = f"def average_gradients(results):\n    g, n = zip(*results)\n    return {returned}"
    verdict = judged("2-syncsgd/easy/average_gradients", student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, name)
