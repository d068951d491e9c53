"""3-optimizers/optimizers/newton_step: w + p with (H + τI) p = −g, τ the least that makes it safe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from ..judge import close
from ..probes import hessian, stand_ins
from ..syncsgd.network import ALONE, TOGETHER
from . import valley
from .moves import Array
from .newton_mistakes import MISCONCEPTIONS, SADDLE, SINGULAR, known, too_little, undamped

# Eigenvalues of A, whether the objective is curved more than a quadratic, and what a message says of it.
VALLEYS: tuple[tuple[list[float], bool, str], ...] = (
    ([2.0], False, "a quadratic in one parameter"),
    ([0.8, 3.0], False, "a quadratic in 2 parameters"),
    ([0.7, 1.5, 4.0], True, "an objective with 3 parameters"),
    ([0.05, 2.0], False, "a nearly flat valley"),
    ([0.0, 2.0], False, SINGULAR),
    ([-1.0, 1.5, 3.0], False, SADDLE),
)


def cases(rng: np.random.Generator) -> list[Case]:
    """Bowls first, then where the plain step fails; with a stand-in for `hessian`, and with the student's own."""
    found = []
    for eigenvalues, curved, told in VALLEYS:
        size = len(eigenvalues)
        A = valley.symmetric(rng, [e * rng.uniform(0.9, 1.1) for e in eigenvalues])
        if 0.0 in eigenvalues:  # singular to the last bit: the same number in all entries
            A = np.full((size, size), float(rng.choice([0.5, 1.0, 2.0])))
        c = rng.uniform(0.3, 1.0, size=size) * curved
        w = rng.uniform(0.5, 1.5, size=size) * rng.choice([-1.0, 1.0], size=size)
        damping = float(rng.choice([0.1, 0.2, 0.3]))
        one = Case(
            "newton_step",
            (A, rng.normal(size=size) + 0.5, c, w),
            {"damping": damping},
            about=f"on {told}, with damping={damping}",
            labels=("A", "b", "c", "w"),
            probe=valley.PROBE + stand_ins.source(hessian),
            facts={"kind": told},
            group=ALONE,
        )
        found.append(replace(one, sets={"_check_hessian": valley.hessian_at(one)}))
    return found + [replace(one, sets={}, probe=valley.PROBE, group=TOGETHER) for one in found]


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """Where the matrix could not be solved with; then the numbers."""
    got: list[Array | None] = []
    for case, value in zip(cases, values, strict=True):
        unsolved = isinstance(value, dict) and "unsolved" in value
        w, fault = (
            (None, None) if unsolved else valley.given(value, case, case.args[3].shape, "the new w", "It is w + p.")
        )
        if w is None and fault is not None and fault.misconception != "not finite":
            return fault
        got.append(w)
    right = [valley.newton(case) for case in cases]
    wrong = [i for i, w in enumerate(got) if w is None or not close(w, right[i])]
    if not wrong:
        return None
    return undamped(cases, values, got, wrong) or too_little(cases, got) or known(cases, got, right, wrong[0])


EXERCISE = Exercise(
    id="3-optimizers/optimizers/newton_step",
    points=3,
    needs=("newton_step",),
    cases=cases,
    examine=examine,
    praise="To the bottom of a bowl in one step, and downhill everywhere else.",
    misconceptions=MISCONCEPTIONS,
    own_work=("sgdkit.optimizers", "sgdkit.curvature"),
)
