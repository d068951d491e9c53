"""2-syncsgd/easy/predict: what the network answers, tanh(X W1 + b) W2."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Misconception
from ..judge import against
from .network import HIDDEN, Array, count, draw, parts, predict


def cases(rng: np.random.Generator) -> list[Case]:
    """One example, then a few, then several inputs and outputs, and these with other numbers; smallest first."""
    found = []
    several = (5, 3, 2, float)
    for n, features, outputs, dtype in ((1, 1, 1, float), (4, 1, 1, float), several, several, (3, 2, 4, np.float32)):
        w, X, _ = draw(rng, n, features, outputs, dtype=dtype)
        about = f"for {count(n, 'example')} with {count(features, 'input')} and {count(outputs, 'output')}"
        found.append(Case("predict", (w, X), about=about, labels=("w", "X"), sets={"HIDDEN": HIDDEN}))
    return found


def reference(case: Case) -> Array:
    """Node by node."""
    return predict(*case.args)


def _as(formula: Any) -> Any:
    """The predictions by another formula of X, W1, b, W2."""

    def gives(case: Case) -> Array:
        w, X = (np.asarray(a, dtype=np.float64) for a in case.args)
        with np.errstate(all="ignore"):
            return formula(X, *parts(w, X.shape[1]))

    return gives


MISCONCEPTIONS = (
    Misconception(
        "bias missing",
        "The hidden biases b are missing: it is tanh(X @ W1 + b), and b is added to every row.",
        _as(lambda X, W1, b, W2: np.tanh(X @ W1) @ W2),
    ),
    Misconception(
        "bias after tanh",
        "b is added after tanh; it belongs inside: tanh(X @ W1 + b).",
        _as(lambda X, W1, b, W2: (np.tanh(X @ W1) + b) @ W2),
    ),
    Misconception(
        "bias with the wrong sign",
        "b is subtracted; it is added: tanh(X @ W1 + b).",
        _as(lambda X, W1, b, W2: np.tanh(X @ W1 - b) @ W2),
    ),
    Misconception(
        "no tanh",
        "The tanh is missing: without it the hidden layer bends nothing and the network is a straight line.",
        _as(lambda X, W1, b, W2: (X @ W1 + b) @ W2),
    ),
    Misconception(
        "tanh on the output too",
        "There is a tanh on the output as well; the output layer is linear: hidden @ W2.",
        _as(lambda X, W1, b, W2: np.tanh(np.tanh(X @ W1 + b) @ W2)),
    ),
    Misconception(
        "sigmoid for tanh",
        "The hidden nodes use the sigmoid 1 / (1 + exp(-a)); here they use np.tanh.",
        _as(lambda X, W1, b, W2: 1 / (1 + np.exp(-(X @ W1 + b))) @ W2),
    ),
    Misconception(
        "ReLU for tanh",
        "The hidden nodes use max(a, 0); here they use np.tanh.",
        _as(lambda X, W1, b, W2: np.maximum(X @ W1 + b, 0) @ W2),
    ),
    Misconception(
        "W1 read transposed",
        "W1 is read column by column; w holds it row by row, one row an input. `parts(w, X)` does it for you.",
        _as(lambda X, W1, b, W2: np.tanh(X @ W1.ravel().reshape(W1.shape, order="F") + b) @ W2),
    ),
    Misconception(
        "W2 read transposed",
        "W2 is read column by column; w holds it row by row, one row a hidden node. `parts(w, X)` does it for you.",
        _as(lambda X, W1, b, W2: np.tanh(X @ W1 + b) @ W2.ravel().reshape(W2.shape, order="F")),
    ),
    Misconception(
        "softmax on the output",
        "The outputs are turned into probabilities; this network's outputs are plain numbers: hidden @ W2.",
        _as(lambda X, W1, b, W2: _softmax(np.tanh(X @ W1 + b) @ W2)),
    ),
    Misconception(
        "mean over the hidden nodes",
        "The hidden nodes' contributions are averaged; the output is their sum: hidden @ W2.",
        _as(lambda X, W1, b, W2: np.tanh(X @ W1 + b) @ W2 / HIDDEN),
    ),
)


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


EXERCISE = Exercise(
    id="2-syncsgd/easy/predict",
    points=1,
    needs=("predict",),
    cases=cases,
    examine=against(
        reference,
        MISCONCEPTIONS,
        "the prediction",
        "It has one row for every example and one column for every output; with a single output that is (n, 1).",
    ),
    own_work=("sgdkit.models",),
    praise="One row for every example, one column for every output.",
    misconceptions=MISCONCEPTIONS,
)
