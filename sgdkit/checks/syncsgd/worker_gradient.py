"""2-syncsgd/easy/worker_gradient: what one worker sends back, the SUM of its examples' gradients and their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault, Misconception
from ..judge import as_numbers, close, compare, shape_of
from ..probes import stand_ins
from .network import ALONE, HIDDEN, TOGETHER, Array, count, data_gradient, data_loss, draw, is_linear

STAND_INS = stand_ins.source(stand_ins.predict, stand_ins.loss, stand_ins.gradient)


def cases(rng: np.random.Generator) -> list[Case]:
    """With a linear `gradient` in the place of the student's, and with the student's own; smallest first."""
    found = []
    for linear in (True, False):
        for n, features, outputs in ((1, 1, 1), (4, 2, 1), (5, 3, 2), (5, 3, 2)):
            task = draw(rng, n, features, outputs, linear)
            stand_in = " (`gradient` replaced by that of X @ W)" if linear else ""
            found.append(
                Case(
                    "worker_gradient",
                    (task,),
                    about=f"for a shard of {count(n, 'example')} and {count(outputs, 'output')}{stand_in}",
                    labels=("task",),
                    facts={"linear": linear},
                    sets={"HIDDEN": HIDDEN},
                    probe=STAND_INS if linear else "",
                    group=ALONE if linear else TOGETHER,
                )
            )
    return found


def _sum(case: Case) -> Array:
    w, X, Y = case.args[0]
    return data_gradient(w, X, Y, is_linear(case))


def _last(case: Case) -> Array:
    w, X, Y = case.args[0]
    return data_gradient(w, X[-1:], Y[-1:], is_linear(case))


def _n(case: Case) -> int:
    return len(case.args[0][1])


# Of the gradient in the pair; what is wrong with the number is said apart.
MISCONCEPTIONS = (
    Misconception(
        "mean for sum",
        "The gradient is divided by the number of examples. Send the sum and let the master divide once, or a short "
        "shard will count as much as a long one.",
        lambda case: _sum(case) / _n(case),
    ),
    Misconception(
        "λ in the worker",
        "The penalty is in the worker's gradient. The master adds it once; call `gradient` with lam 0 here.",
        lambda case: _sum(case) + case.args[0][0],
    ),
    Misconception("wrong sign", "The gradient has the opposite sign.", lambda case: -_sum(case)),
    Misconception(
        "multiplied by n",
        "The gradient is multiplied by the number of examples; `gradient` already gives their sum.",
        lambda case: _sum(case) * _n(case),
    ),
    Misconception(
        "one example only",
        "Only the last example of the shard counts.",
        _last,
    ),
)

# Of the number in the pair.
_NUMBERS: tuple[tuple[str, Callable[[Case], int]], ...] = (
    ("the number of inputs, `X.shape[1]`", lambda case: case.args[0][1].shape[1]),
    ("the number of entries of X, `X.size`", lambda case: case.args[0][1].size),
    ("the number of parameters, `len(w)`", lambda case: case.args[0][0].size),
    ("the number of entries of Y, `Y.size`", lambda case: case.args[0][2].size),
    ("always 1", lambda case: 1),
)


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """First the form of the pair, then the gradients, then the numbers."""
    gradients, numbers = [], []
    for case, value in zip(cases, values, strict=True):
        pair = list(value) if isinstance(value, (list, tuple)) or _object_like(value) else None
        if pair is None or len(pair) != 2:
            return _form(case, value)
        if shape_of(pair[0]) in ((), (1,)) and shape_of(pair[1]) == _sum(case).shape != (1,):
            return Fault(
                f"{case.about}, the pair is the wrong way round: first the gradient, then the number of examples.",
                "pair swapped",
            )
        g, fault = as_numbers(pair[0], _sum(case).shape, "the gradient in the pair", case.about)
        n, no_number = as_numbers(pair[1], (), "the number of examples in the pair", case.about)
        if fault or no_number:
            return fault or no_number
        gradients.append(g)
        numbers.append(n)
    return _gradients(cases, gradients) or _counts(cases, numbers)


def _object_like(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim >= 1 and len(value) == 2


def _form(case: Case, value: Any) -> Fault:
    alone = shape_of(value) == _sum(case).shape
    what = "the gradient alone" if alone else "something else"
    if isinstance(value, (int, float)):
        what = "a single number: is it the loss?" if _is_loss(case, value) else "a single number"
    return Fault(
        f"{case.about}, a worker should return a pair, `return sum_of_gradients, number_of_examples`; yours "
        f"returns {what}. The master needs the number to weigh the shards.",
        "no number of examples" if alone else "no pair",
    )


def _is_loss(case: Case, value: float) -> bool:
    w, X, Y = case.args[0]
    return bool(np.isclose(value, data_loss(w, X, Y, is_linear(case)), rtol=1e-4))


def _gradients(cases: list[Case], got: list[Any]) -> Fault | None:
    expected = [_sum(case) for case in cases]
    wrong = [i for i in range(len(cases)) if not close(got[i], expected[i])]
    if not wrong:
        return None
    first = wrong[0]
    numbers = compare(got[first], expected[first], "the sum of the gradients", cases[first].about)
    for mistake in MISCONCEPTIONS:
        given = mistake.gives
        if given and all(close(g, given(case)) for g, case in zip(got, cases, strict=True)):
            return Fault(f"{mistake.says} {numbers}", mistake.name)
    return Fault(numbers)


def _counts(cases: list[Case], got: list[Any]) -> Fault | None:
    wrong = [i for i, case in enumerate(cases) if float(got[i]) != _n(case)]
    if not wrong:
        return None
    first = wrong[0]
    instead = next(
        (
            f" It is {name}; take `len(X)`."
            for name, count_of in _NUMBERS
            if all(float(n) == count_of(case) for n, case in zip(got, cases, strict=True))
        ),
        "",
    )
    return Fault(
        f"{cases[first].about}, the number of examples should be {_n(cases[first])}; yours is "
        f"{float(got[first]):g}.{instead}",
        "wrong number of examples",
    )


EXERCISE = Exercise(
    id="2-syncsgd/easy/worker_gradient",
    points=2,
    needs=("worker_gradient",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.models", "sgdkit.worker"),
    praise="The sum, without the penalty, and how many examples are in it: all that the master needs.",
    misconceptions=MISCONCEPTIONS,
)
