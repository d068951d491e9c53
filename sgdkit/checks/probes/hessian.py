"""Stand-in for a student's `hessian`: the check has put the right one beside it."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np


def hessian(gradient, w):
    """(size, size) of the objective in `valley` at the w of the case."""
    gradient(w)  # what is no function, or no place for it, is noticed
    return np.array(globals()["_check_hessian"])
