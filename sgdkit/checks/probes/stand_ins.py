"""Stand-ins for a student's earlier pieces, so that a mistake in one exercise does not cost points in the next.

They belong to a linear network, ŷ = x W, which is nobody's exercise. `source` gives the text of some of them; each
is self-contained, because it is defined in the student's namespace. `_check_meet` and `_check_note` are `spy`'s.
"""
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from .spy import _check_meet, _check_note

# Appended to `spy` where no call waits for another process: one case that does is enough.
IMPATIENT = "\n_check_patience = 0.0\n"


def predict(w, X):
    """(n, outputs) of the linear network."""
    return X @ w.reshape(X.shape[1], -1)


def gradient(w, X, Y, lam):
    """(size,) gradient of 1/2 Σ (y − ŷ)² + λ/2 ‖w‖² of the linear network."""
    return (X.T @ (X @ w.reshape(X.shape[1], -1) - Y)).ravel() + lam * w


def loss(w, X, Y, lam):
    """The number whose gradient `gradient` is."""
    return 0.5 * np.sum((X @ w.reshape(X.shape[1], -1) - Y) ** 2) + lam / 2 * np.sum(w**2)


def split_batch(indices, workers):
    """Every `workers`-th index, for each worker."""
    return [indices[k::workers] for k in range(min(workers, len(indices)))]


def worker_gradient(task):
    """The linear network's gradient, summed, and the number of examples; seen by the spy."""
    w, X, Y = task
    _check_meet()
    g = (X.T @ (X @ w.reshape(X.shape[1], -1) - Y)).ravel()
    _check_note(w, range(len(X)), X)
    return g, len(X)


def average_gradients(results):
    """All sums over all numbers."""
    return sum(result[0] for result in results) / sum(result[1] for result in results)


def source(*pieces: Callable[..., Any] | ModuleType) -> str:
    """The text of these functions and modules, in order, with the import that they need."""
    return "import numpy as np\n\n" + "\n\n".join(inspect.getsource(piece) for piece in pieces)
