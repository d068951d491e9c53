"""3-optimizers/optimizers/objective_gradient: the gradient of what training minimises, J(w)/N."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise, Misconception
from ..judge import against
from ..probes import least_squares, stand_ins
from .moves import Array

PROBE = stand_ins.source(least_squares)


def cases(rng: np.random.Generator) -> list[Case]:
    """Least squares with few examples, then with Y of more columns than one, twice; smallest first."""
    found = []
    for n, size, columns in ((1, 1, 1), (4, 2, 1), (7, 3, 2), (7, 3, 2)):
        w = rng.normal(size=size)
        lam = float(rng.choice([1.5, 2.5, 3.5]))
        data = rng.normal(size=(n, size)), rng.normal(size=(n, columns))
        about = f"for {n} example{'s' if n > 1 else ''}, {size} parameter{'s' if size > 1 else ''} and lam={lam}"
        found.append(
            Case(
                "objective_gradient",
                (w + np.sign(w), *data, lam),
                about=about,
                labels=("w", "X", "Y", "lam"),
                probe=PROBE,
            )
        )
    return found


def _parts(case: Case) -> tuple[Array, Array, int]:
    """The SUM of the examples' gradients, one example at a time; λw; N."""
    w, X, Y, lam = case.args
    total = np.zeros(w.size)
    for x, y in zip(X, Y, strict=True):
        total += (float(np.dot(x, w)) - y[0]) * x
    return total, lam * w, len(X)


def _wrong(name: str, says: str, data: float, penalty: float) -> Misconception:
    """The two parts times N to the power `data` and `penalty`; NaN leaves a part out."""

    def gives(case: Case) -> Array:
        total, decay, n = _parts(case)
        return sum(part * float(n) ** power for part, power in ((total, data), (decay, penalty)) if power == power)

    return Misconception(f"gradient of the wrong objective: {name}", says, gives)


NONE = float("nan")
MISCONCEPTIONS = (
    _wrong("J for J/N", "This is the gradient of J. Training minimises J / N: both parts are divided by N.", 0, 0),
    _wrong("penalty missing", "The penalty is missing: its part is lam / N * w.", -1, NONE),
    _wrong(
        "sum, no penalty",
        "This is the sum without penalty, as `gradient` gives it: divide by N, add lam / N * w.",
        0,
        NONE,
    ),
    _wrong("penalty not divided", "The penalty's part is lam * w; J / N has lam / N * w.", -1, 0),
    _wrong("sum for mean", "The sum over the examples is not divided by N.", 0, -1),
    _wrong("penalty only", "The examples' part is missing.", NONE, -1),
    _wrong("divided twice", "Both parts are divided by N twice.", -2, -2),
    _wrong("penalty divided twice", "The penalty is divided by N twice.", -1, -2),
    Misconception(
        "gradient of the wrong objective: penalty halved",
        "The penalty's part is lam / 2 / N * w: the ½ of λ/2 ‖w‖² goes when its slope is taken.",
        lambda case: _parts(case)[0] / _parts(case)[2] + _parts(case)[1] / _parts(case)[2] / 2,
    ),
    Misconception(
        "gradient of the wrong objective: penalty doubled",
        "The penalty's part is 2 * lam / N * w; it is lam / N * w, the slope of λ/2 ‖w‖² divided by N.",
        lambda case: _parts(case)[0] / _parts(case)[2] + 2 * _parts(case)[1] / _parts(case)[2],
    ),
    Misconception(
        "gradient of the wrong objective: penalty subtracted",
        "The penalty is subtracted; it is added.",
        lambda case: (_parts(case)[0] - _parts(case)[1]) / _parts(case)[2],
    ),
    Misconception(
        "gradient of the wrong objective: divided by the entries of Y",
        "Both parts are divided by the number of all entries of Y; N is the number of examples, `len(X)`.",
        lambda case: (_parts(case)[0] + _parts(case)[1]) / case.args[2].size,
    ),
    Misconception(
        "wrong sign",
        "The result has the opposite sign.",
        lambda case: -(_parts(case)[0] + _parts(case)[1]) / _parts(case)[2],
    ),
)


def reference(case: Case) -> Array:
    """(size,) ∇(J/N)."""
    total, decay, n = _parts(case)
    return total / n + decay / n


EXERCISE = Exercise(
    id="3-optimizers/optimizers/objective_gradient",
    points=1,
    needs=("objective_gradient",),
    cases=cases,
    examine=against(reference, MISCONCEPTIONS, "the gradient of J / N", "It has one slope for every entry of w."),
    praise="This is the function whose lowest point Newton's method goes to.",
    misconceptions=MISCONCEPTIONS,
)
