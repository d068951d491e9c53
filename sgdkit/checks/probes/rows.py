"""A gradient for a student's own training loop: least squares, each call seen by the spy, with its rows' numbers."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from .spy import _check_meet, _check_note, _check_run

_check_broken_row = -1
_check_seen = _check_run


def _check_gradient(w, X, Y):
    """(size,) sum of the gradients of 1/2 (x·w − y)²; Y holds y and the number of the row."""
    _check_meet()
    rows = np.asarray(Y)[:, 1]
    if _check_broken_row in rows:
        _check_note(w, rows)
        raise ValueError(f"row {_check_broken_row} cannot be read")
    w = np.asarray(w, dtype=float)
    g = np.asarray(X).T @ (np.asarray(X) @ w - np.asarray(Y)[:, 0])
    _check_note(w, rows)
    return g


def _check_run(function, args, kwargs):  # type: ignore[no-redef]
    """Hands the gradient to the student's function; an exception is an answer too."""
    global _check_broken_row
    kwargs = dict(kwargs)
    _check_broken_row = kwargs.pop("broken_row", -1)
    if _check_broken_row < 0:
        return _check_seen(function, (_check_gradient, *args), kwargs)
    try:
        seen = _check_seen(function, (_check_gradient, *args), kwargs)
    except Exception as error:
        return {"raised": f"{type(error).__name__}: {error}"[:500]}
    return {"raised": "", "met": any(_check_broken_row in call["rows"] for call in seen["calls"])}
