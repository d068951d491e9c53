"""The gradient of an objective with a known Hessian, for students' `hessian` and `newton_step`."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from .own_work import _check_own_work


class _CheckInverse:
    """Notes whether a matrix was inverted while it stands in the place of np.linalg.inv or pinv."""

    used = False

    def __init__(self, function):
        self.function = function

    def __call__(self, *args, **kwargs):
        _CheckInverse.used = True
        return self.function(*args, **kwargs)


def _check_run(function, args, kwargs):
    """What the student's function gives for this objective; a matrix that cannot be solved with is an answer too."""
    A, b, c, w = args

    def gradient(v):
        """(size,) of 1/2 vᵀAv − bᵀv + 1/4 Σ c v⁴."""
        v = np.asarray(v, dtype=float)
        return A @ v - b + c * v**3

    kept = np.linalg.inv, np.linalg.pinv
    _CheckInverse.used = False
    np.linalg.inv, np.linalg.pinv = map(_CheckInverse, kept)
    try:
        with _check_own_work():
            if "damping" in kwargs:
                answer = {"value": function(w, gradient, kwargs["damping"])}
            else:
                answer = {"value": function(gradient, w)}
    except np.linalg.LinAlgError as error:
        answer = {"unsolved": str(error)[:200]}
    finally:
        np.linalg.inv, np.linalg.pinv = kept
    return answer | {"inverted": _CheckInverse.used}
