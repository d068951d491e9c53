"""2-syncsgd/easy/gradient: ∇J(w) on the given examples, the SUM over them plus λw."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise
from ..judge import against
from .gradient_mistakes import MISCONCEPTIONS
from .network import HIDDEN, Array, count, data_gradient, draw


def cases(rng: np.random.Generator) -> list[Case]:
    """One example, then a few, then several inputs and outputs, and these with other numbers; smallest first.

    All in float64, as in the notebook, so that central differences are exact enough.
    """
    found = []
    for n, features, outputs in ((1, 1, 1), (4, 1, 1), (5, 3, 2), (7, 2, 3), (7, 2, 3)):
        w, X, Y = draw(rng, n, features, outputs)
        lam = float(rng.choice([0.5, 0.6, 0.7]))
        found.append(
            Case(
                "gradient",
                (w, X, Y, lam),
                about=f"for {count(n, 'example')}, {count(features, 'input')}, {count(outputs, 'output')} "
                f"and lam={lam}",
                labels=("w", "X", "Y", "lam"),
                sets={"HIDDEN": HIDDEN},
            )
        )
    return found


def reference(case: Case) -> Array:
    """Central differences of the data's loss, and λw."""
    w, X, Y, lam = case.args
    return data_gradient(w, X, Y) + lam * w


EXERCISE = Exercise(
    id="2-syncsgd/easy/gradient",
    points=3,
    needs=("gradient",),
    cases=cases,
    examine=against(
        reference,
        MISCONCEPTIONS,
        "the gradient",
        "It has one slope for every entry of w, in the same order: W1, b, W2.",
        "Nearly, but too inexact. If you compare J at two points: that is the right idea, but too inexact; "
        "use the five rows of the table.",
    ),
    own_work=("sgdkit.models",),
    praise="Every slope agrees with what J itself does when that entry of w is moved a little.",
    misconceptions=MISCONCEPTIONS,
)
