"""What the checks of 2-syncsgd compare with: the notebook's network written a second time, slowly, in float64.

One hidden layer of HIDDEN tanh nodes with biases, an output layer without: ŷ = tanh(x W1 + b) W2. In w lie, in
this order, W1 (features, HIDDEN) row by row, b (HIDDEN,), W2 (HIDDEN, outputs) row by row: 795 · HIDDEN numbers
for digits. Beside it a linear network, for checks that put stand-ins in the place of a student's earlier pieces.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from ..exercise import Case

HIDDEN = 10
Array = np.ndarray
ALONE = "alone"  # a piece with stand-ins for the pieces it uses
TOGETHER = "together"  # a piece with the student's own other pieces


def size(features: int, outputs: int, linear: bool = False) -> int:
    """How many parameters the network has."""
    return features * outputs if linear else HIDDEN * (features + 1 + outputs)


def parts(w: Array, features: int) -> tuple[Array, Array, Array]:
    """W1, b and W2 in w."""
    first = features * HIDDEN
    return (
        w[:first].reshape(features, HIDDEN),
        w[first : first + HIDDEN],
        w[first + HIDDEN :].reshape(HIDDEN, -1),
    )


def predict(w: Array, X: Array, linear: bool = False) -> Array:
    """(n, outputs): node by node, so that no shape can be transposed unnoticed."""
    w, X = np.asarray(w, dtype=np.float64), np.asarray(X, dtype=np.float64)
    if linear:
        return X @ w.reshape(X.shape[1], -1)
    W1, b, W2 = parts(w, X.shape[1])
    out = np.zeros((len(X), W2.shape[1]))
    for node in range(HIDDEN):
        out += np.tanh(X @ W1[:, node] + b[node])[:, None] * W2[node]
    return out


def data_loss(w: Array, X: Array, Y: Array, linear: bool = False) -> float:
    """1/2 Σ (y − ŷ)², the SUM over the examples, without λ."""
    return 0.5 * float(np.sum((Y - predict(w, X, linear)) ** 2))


def objective(w: Array, X: Array, Y: Array, lam: float) -> float:
    """J(w) = 1/2 Σ (y − ŷ)² + λ/2 ‖w‖² (seeds/001): the sum over the examples and one penalty."""
    return data_loss(w, X, Y) + lam / 2 * float(np.sum(np.asarray(w, dtype=np.float64) ** 2))


def slope(f: Callable[[Array], float], w: Array, h: float = 1e-5) -> Array:
    """∇f at w by central differences: two evaluations for every entry of w."""
    out = np.empty(w.size)
    for i in range(w.size):
        ahead, behind = w.copy(), w.copy()
        ahead[i] += h
        behind[i] -= h
        out[i] = (f(ahead) - f(behind)) / (2 * h)
    return out


def data_gradient(w: Array, X: Array, Y: Array, linear: bool = False) -> Array:
    """∇ of `data_loss` by central differences; zeros for no examples."""
    arrays = [np.ascontiguousarray(a, dtype=np.float64) for a in (w, X, Y)]
    return _data_gradient(linear, *((a.tobytes(), a.shape) for a in arrays)).copy()


@functools.lru_cache(maxsize=1024)
def _data_gradient(linear: bool, *packed: tuple[bytes, tuple[int, ...]]) -> Array:
    w, X, Y = (np.frombuffer(raw).reshape(shape) for raw, shape in packed)
    return slope(lambda v: data_loss(v, X, Y, linear), w)


def backpropagation(
    w: Array, X: Array, Y: Array, bend: Callable[[Array, Array], Array] = lambda a, h: 1 - h**2
) -> tuple[Array, Array, Array]:
    """The three parts of the data gradient by the chain rule, with `bend(a, h)` in the place of tanh'(a).

    Only for the misconceptions, which put something else there; what is right comes from `data_gradient`.
    """
    W1, b, W2 = parts(w, X.shape[1])
    a = X @ W1 + b
    h = np.tanh(a)
    error = h @ W2 - Y
    back = (error @ W2.T) * bend(a, h)
    return X.T @ back, back.sum(axis=0), h.T @ error


def draw(
    rng: np.random.Generator, n: int, features: int, outputs: int, linear: bool = False, dtype: type = float
) -> tuple[Array, Array, Array]:
    """Random w, X and Y for a network; no two entries alike, and none near 0 where a mistake could hide."""
    w = rng.normal(size=size(features, outputs, linear))
    w = 0.7 * (w + np.sign(w) * 0.1)
    return tuple(a.astype(dtype) for a in (w, rng.normal(size=(n, features)), rng.normal(size=(n, outputs))))  # type: ignore[return-value]


def is_linear(case: Case) -> bool:
    """Whether the case uses the linear stand-in network."""
    return bool(case.facts.get("linear", False))


_PLURALS = {"index": "indices"}


def count(n: int, what: str) -> str:
    """'1 example', '2 examples', '2 indices'."""
    return f"1 {what}" if n == 1 else f"{n} {_PLURALS.get(what, what + 's')}"
