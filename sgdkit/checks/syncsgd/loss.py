"""2-syncsgd/easy/loss: J(w) on the given examples, the SUM of their losses plus λ/2 ‖w‖²."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise
from ..judge import against
from ..probes import stand_ins
from ..variants import Variant, pairs
from .network import ALONE, HIDDEN, TOGETHER, Array, count, draw, is_linear, parts, predict

STAND_IN = stand_ins.source(stand_ins.predict)


def cases(rng: np.random.Generator) -> list[Case]:
    """With the student's own `predict`, and with a linear one in its place; smallest first, the last twice."""
    found = []
    for linear in (True, False):
        for n, features, outputs in ((1, 1, 1), (4, 2, 1), (5, 3, 2), (5, 3, 2)):
            w, X, Y = draw(rng, n, features, outputs, linear)
            lam = float(rng.choice([0.5, 0.6, 0.7]))
            stand_in = " (`predict` replaced by X @ W)" if linear else ""
            found.append(
                Case(
                    "loss",
                    (w, X, Y, lam),
                    about=f"for {count(n, 'example')}, {count(outputs, 'output')} and lam={lam}{stand_in}",
                    labels=("w", "X", "Y", "lam"),
                    facts={"linear": linear},
                    sets={"HIDDEN": HIDDEN},
                    probe=STAND_IN if linear else "",
                    group=ALONE if linear else TOGETHER,
                )
            )
    return found


def _error(case: Case) -> Array:
    w, X, Y, _ = case.args
    return predict(w, X, is_linear(case)) - Y


def _squares(case: Case) -> float:
    return float(np.sum(_error(case) ** 2))


DATA = (
    Variant("", "", lambda case: _squares(case) / 2),
    Variant(
        "factor ½ missing",
        "The ½ in front of the squared errors is missing.",
        lambda case: _squares(case),
    ),
    Variant(
        "mean for sum",
        "The squared errors are averaged over the examples; J is their sum: do not divide by their number.",
        lambda case: _squares(case) / 2 / len(case.args[2]),
    ),
    Variant(
        "mean over outputs too",
        "The squared errors are averaged with np.mean over all entries; J is a sum: ½ np.sum.",
        lambda case: _squares(case) / 2 / case.args[2].size,
    ),
    Variant(
        "mean of squares",
        "The squared errors are averaged and the ½ is missing; J has ½ times their sum.",
        lambda case: _squares(case) / case.args[2].size,
    ),
    Variant(
        "absolute error",
        "The errors are not squared: J has ½ Σ (y − ŷ)².",
        lambda case: float(np.sum(np.abs(_error(case)))) / 2,
    ),
    Variant(
        "square of the sum",
        "The errors are added before they are squared, so that they cancel; square each one first.",
        lambda case: float(np.sum(_error(case)) ** 2) / 2,
    ),
    Variant(
        "root of the squares",
        "There is a root over the sum of the squared errors; J has none.",
        lambda case: float(np.sqrt(_squares(case))) / 2,
    ),
    Variant(
        "one example only",
        "Only the last example counts; add up the squared errors of all.",
        lambda case: float(np.sum(_error(case)[-1:] ** 2)) / 2,
    ),
)


def _penalty(case: Case) -> float:
    w, lam = case.args[0], case.args[3]
    return lam / 2 * float(np.sum(w**2))


def _bias(case: Case) -> float:
    """The biases' part of ‖w‖²; the linear network has none."""
    w, X = case.args[:2]
    return 0.0 if is_linear(case) else float(np.sum(parts(w, X.shape[1])[1] ** 2))


PENALTY = (
    Variant("", "", _penalty),
    Variant("no regularisation", "The penalty λ/2 ‖w‖² is missing.", lambda case: 0.0),
    Variant(
        "regularisation doubled",
        "The penalty is λ ‖w‖², twice what it should be: J has λ/2.",
        lambda case: 2 * _penalty(case),
    ),
    Variant(
        "norm not squared",
        "The penalty uses ‖w‖; J has its square, the sum of all w**2.",
        lambda case: case.args[3] / 2 * float(np.linalg.norm(case.args[0])),
    ),
    Variant(
        "regularisation without the bias",
        "The penalty leaves out the biases; ‖w‖² is over all of w.",
        lambda case: _penalty(case) - case.args[3] / 2 * _bias(case),
    ),
    Variant(
        "regularisation per example",
        "The penalty is added once for every example; J has it once.",
        lambda case: _penalty(case) * len(case.args[1]),
    ),
    Variant(
        "regularisation divided by n",
        "The penalty is divided by the number of examples; J has one whole λ/2 ‖w‖².",
        lambda case: _penalty(case) / len(case.args[1]),
    ),
    Variant(
        "sum of w for its squares",
        "The penalty adds up w instead of w**2.",
        lambda case: case.args[3] / 2 * float(np.sum(case.args[0])),
    ),
    Variant(
        "regularisation with the wrong sign",
        "The penalty is subtracted; it is added.",
        lambda case: -_penalty(case),
    ),
)

MISCONCEPTIONS = pairs(DATA, PENALTY)

EXERCISE = Exercise(
    id="2-syncsgd/easy/loss",
    points=1,
    needs=("loss",),
    cases=cases,
    examine=against(
        lambda case: DATA[0].gives(case) + PENALTY[0].gives(case),
        MISCONCEPTIONS,
        "J",
        "J is a single number.",
    ),
    own_work=("sgdkit.models",),
    praise="The sum over the examples, and the penalty once.",
    misconceptions=MISCONCEPTIONS,
)
