"""3-optimizers/optimizers/hessian: the matrix of second derivatives from differences of the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault, Misconception
from ..judge import close, compare
from . import valley
from .moves import Array


def cases(rng: np.random.Generator) -> list[Case]:
    """One parameter; a quadratic; then objectives whose Hessian changes with w, the last twice; smallest first."""
    found = []
    for size, curved in ((1, True), (2, False), (3, True), (5, True), (5, True)):
        A = valley.symmetric(rng, list(rng.uniform(0.5, 3.0, size=size)))
        c = rng.uniform(0.3, 1.0, size=size) * curved
        w = rng.uniform(0.5, 1.5, size=size) * rng.choice([-1.0, 1.0], size=size)
        kind = "an objective" if curved else "a quadratic objective"
        about = f"for {kind} with {size} parameter{'s' if size > 1 else ''}"
        found.append(
            Case(
                "hessian",
                (A, rng.normal(size=size), c, w),
                about=about,
                labels=("A", "b", "c", "w"),
                probe=valley.PROBE,
            )
        )
    return found


def _of(case: Case, change: Callable[[Array], Array]) -> Array:
    return change(valley.hessian_at(case))


def _at(case: Case, w: Array) -> Array:
    A, _, c, _ = case.args
    return A + 3 * np.diag(c * w**2)


def _outer(case: Case) -> Array:
    g = valley.gradient_at(case)
    return np.outer(g, g)


MISCONCEPTIONS = (
    Misconception(
        "divided by h for 2h",
        "Every entry is twice what it should be: the two points are 2 * h apart.",
        lambda case: _of(case, lambda H: 2 * H),
    ),
    Misconception(
        "divided by 2h for h",
        "Every entry is half of what it should be: from w to w + h is only h, not 2 * h.",
        lambda case: _of(case, lambda H: H / 2),
    ),
    Misconception(
        "wrong sign",
        "Every entry has the opposite sign: gradient ahead minus gradient behind.",
        lambda case: _of(case, lambda H: -H),
    ),
    Misconception(
        "diagonal only",
        "Only the diagonal is there: moving one entry of w changes ALL entries of the gradient. Keep the whole row.",
        lambda case: _of(case, lambda H: np.diag(np.diag(H))),
    ),
    Misconception(
        "one triangle only",
        "The entries below the diagonal are 0: row i has an entry for every j. Keep the whole row.",
        lambda case: _of(case, np.triu),
    ),
    Misconception(
        "one triangle only",
        "The entries above the diagonal are 0: row i has an entry for every j. Keep the whole row.",
        lambda case: _of(case, np.tril),
    ),
    Misconception(
        "outer product of the gradient",
        "This is the gradient times itself, not its change: difference of two gradients, divided by their distance.",
        _outer,
    ),
    Misconception(
        "Hessian at 0",
        "This is the Hessian at w = 0: move away from the w that is given.",
        lambda case: _at(case, np.zeros_like(case.args[3])),
    ),
    Misconception(
        "all entries moved at once",
        "All entries of w are moved at once, which gives the sum of all rows: move one entry at a time.",
        lambda case: np.tile(valley.hessian_at(case).sum(axis=0), (case.args[3].size, 1)),
    ),
)
ABOUT = "It has a row and a column for every entry of w."


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """The numbers, then what else could be the matter with them."""
    got = []
    for case, value in zip(cases, values, strict=True):
        H, fault = valley.given(value, case, (case.args[3].size,) * 2, "the Hessian", ABOUT)
        if H is None:
            return fault
        got.append(H)
    wrong = [i for i, case in enumerate(cases) if not close(got[i], valley.hessian_at(case))]
    if not wrong:
        return None
    first = wrong[0]
    numbers = compare(got[first], valley.hessian_at(cases[first]), "the Hessian", cases[first].about)
    for mistake in MISCONCEPTIONS:
        if mistake.gives and all(close(H, mistake.gives(case)) for H, case in zip(got, cases, strict=True)):
            return Fault(f"{mistake.says} {numbers}", mistake.name)
    if all(np.max(np.abs(H - valley.hessian_at(case))) > 1e3 for H, case in zip(got, cases, strict=True)):
        return Fault(
            f"The differences of the gradients are not divided rightly, or h is far too small. {numbers}", "not divided"
        )
    if all(np.max(np.abs(H)) < 1e-2 for H in got):
        return Fault(
            f"The differences of the gradients are not divided by the distance of the points. {numbers}", "not divided"
        )
    if all(np.allclose(H, valley.hessian_at(case), rtol=0.3, atol=0.3) for H, case in zip(got, cases, strict=True)):
        return Fault(
            f"Nearly: the points are too far apart or too near together. h = 1e-5 with a difference to both sides is "
            f"right to ten digits. {numbers}",
            "h too large or too small",
        )
    return Fault(numbers)


EXERCISE = Exercise(
    id="3-optimizers/optimizers/hessian",
    points=2,
    needs=("hessian",),
    cases=cases,
    examine=examine,
    praise="Two gradients for every parameter: that is why large networks do without it.",
    misconceptions=MISCONCEPTIONS,
    own_work=("sgdkit.optimizers", "sgdkit.curvature"),
)
