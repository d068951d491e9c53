"""A gradient for a student's `objective_gradient`: least squares, the SUM over the examples, without penalty."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np


def _check_gradient(w, X, Y):
    """(size,) the sum of the gradients of 1/2 (x·w − y)², y in the first column of Y."""
    w, X, Y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    return X.T @ (X @ w - Y[:, 0])


def _check_run(function, args, kwargs):
    """Hands the gradient over."""
    return function(_check_gradient, *args)
