"""3-optimizers/optimizers/newton_step: w + p with (H + τI) p = −g, τ the least that makes it safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault, Misconception
from ..judge import close, compare
from ..probes import hessian, stand_ins
from ..syncsgd.network import ALONE, TOGETHER
from . import valley
from .moves import Array

SINGULAR = "a flat valley, whose H is singular"
SADDLE = "a saddle, where one eigenvalue of H is negative"
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


def damped(case: Case, tau: Callable[[float, float], float]) -> Array:
    """w after the step, τ a function of the least eigenvalue and the damping; solved in H's own directions."""
    w, g, H = case.args[3], valley.gradient_at(case), valley.hessian_at(case)
    eigenvalues, Q = np.linalg.eigh(H)
    with np.errstate(all="ignore"):
        return w - Q @ ((Q.T @ g) / (eigenvalues + tau(float(eigenvalues[0]), case.kwargs["damping"])))


def reference(case: Case) -> Array:
    """(size,) with τ = 0 where every eigenvalue is at least damping, else what is missing to it."""
    return damped(case, lambda least, damping: max(0.0, damping - least))


def _each(case: Case, change: Callable[[Array, float], Array]) -> Array:
    """Every eigenvalue changed by itself."""
    w, g = case.args[3], valley.gradient_at(case)
    eigenvalues, Q = np.linalg.eigh(valley.hessian_at(case))
    with np.errstate(all="ignore"):
        return w - Q @ ((Q.T @ g) / change(eigenvalues, case.kwargs["damping"]))


def _moved(case: Case, by: float) -> Array:
    w = case.args[3]
    return w + by * (reference(case) - w)


MISCONCEPTIONS = (
    Misconception(
        "damping everywhere",
        "tau is damping everywhere. On a bowl whose eigenvalues are all at least damping the whole Newton step "
        "is right, tau "
        "= 0; on a saddle it must be more.",
        lambda case: damped(case, lambda least, damping: damping),
    ),
    Misconception(
        "damping on top",
        "tau is damping more than needed where it is not 0: the least eigenvalue plus tau should be damping.",
        lambda case: damped(case, lambda least, damping: 0.0 if least >= damping else 2 * damping - least),
    ),
    Misconception(
        "tau may be negative",
        "tau becomes negative on a bowl, which makes the step longer than Newton's: it is 0 there, max(0, …).",
        lambda case: damped(case, lambda least, damping: damping - least),
    ),
    Misconception(
        "damping below zero only",
        "tau is 0 wherever no eigenvalue is negative, and damping - least elsewhere. A least eigenvalue between "
        "0 and damping "
        "needs a tau as well.",
        lambda case: damped(case, lambda least, damping: 0.0 if least > 1e-9 else damping - least),
    ),
    Misconception(
        "uphill",
        "The step goes uphill: p solves (H + tau * I) p = -g, with a minus.",
        lambda case: _moved(case, -1.0),
    ),
    Misconception("half a step", "Only half of the step is taken.", lambda case: _moved(case, 0.5)),
    Misconception(
        "step for w",
        "This is the step p; return the new w, which is w + p.",
        lambda case: reference(case) - case.args[3],
    ),
    Misconception(
        "gradient descent",
        "This is a step along the gradient: H does not take part.",
        lambda case: case.args[3] - valley.gradient_at(case),
    ),
    Misconception(
        "multiplied by H",
        "The gradient is multiplied by H; the step solves (H + tau * I) p = -g.",
        lambda case: case.args[3] - valley.hessian_at(case) @ valley.gradient_at(case),
    ),
    Misconception(
        "diagonal only",
        "Only the diagonal of H is used.",
        lambda case: _diagonal(case),
    ),
    Misconception(
        "each eigenvalue clipped",
        "Every eigenvalue by itself is lifted to damping. That is a method too, but not the one asked for here: "
        "one tau is "
        "added to all of them.",
        lambda case: _each(case, np.maximum),
    ),
    Misconception(
        "absolute eigenvalues",
        "The eigenvalues are taken without their sign, as the saddle-free Newton method does. Here one tau is "
        "added to all.",
        lambda case: _each(case, lambda e, damping: np.maximum(np.abs(e), damping)),
    ),
)


def _diagonal(case: Case) -> Array:
    H, w = np.diag(valley.hessian_at(case)), case.args[3]
    return w - valley.gradient_at(case) / (H + max(0.0, case.kwargs["damping"] - float(H.min())))


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
    right = [reference(case) for case in cases]
    wrong = [i for i, w in enumerate(got) if w is None or not close(w, right[i])]
    if not wrong:
        return None
    return _undamped(cases, values, got, wrong) or _too_little(cases, got) or _known(cases, got, right, wrong[0])


def _undamped(cases: list[Case], values: list[Any], got: list[Array | None], wrong: list[int]) -> Fault | None:
    """Whether it is the plain step, which only a bowl forgives; a singular H may give anything."""
    for i, case in enumerate(cases):
        w = got[i]
        if case.facts["kind"] != SINGULAR and (w is None or not close(w, damped(case, lambda least, damping: 0.0))):
            return None
    inverted = any(isinstance(value, dict) and value.get("inverted") is True for value in values)
    failed = next((i for i in wrong if got[i] is None), wrong[0])
    w = got[failed]
    told = f"{cases[failed].about[:1].upper()}{cases[failed].about[1:]}: " + (
        "there is no such step." if w is None else f"the step leads {_far(w, cases[failed])} away."
    )
    if inverted:
        return Fault(
            "H is inverted, and not damped: where it is singular there is no inverse, and at a saddle the step "
            "goes up to "
            f"it. Add tau * I, and let np.linalg.solve find p. {told}",
            "inverted and undamped",
        )
    return Fault(
        "H is not damped: where it is singular nothing can be solved, and at a saddle the step goes up to it. "
        "Add tau * I "
        f"so that every eigenvalue is at least damping. {told}",
        "undamped",
    )


def _too_little(cases: list[Case], got: list[Array | None]) -> Fault | None:
    """Whether tau lifts the least eigenvalue to 0 only, so that H + tau * I is singular at every saddle."""
    for w, case in zip(got, cases, strict=True):
        if case.facts["kind"] == SADDLE:
            if w is not None and np.linalg.norm(w - case.args[3]) < 1e3:
                return None
        elif case.facts["kind"] != SINGULAR and (w is None or not close(w, damped(case, lambda least, damping: 0.0))):
            return None
    return Fault(
        "tau lifts the least eigenvalue to 0 only, and then H + tau * I is singular at every saddle: lift it to "
        "damping.",
        "tau too small",
    )


def _far(w: Array, case: Case) -> str:
    return f"{float(np.linalg.norm(w - case.args[3])):.3g}"


def _known(cases: list[Case], got: list[Array | None], right: list[Array], first: int) -> Fault:
    w = got[first]
    if w is None:
        numbers = f"{cases[first].about[:1].upper()}{cases[first].about[1:]}, the new w should be finite; yours is not."
    else:
        numbers = compare(w, right[first], "the new w", cases[first].about)
    for mistake in MISCONCEPTIONS:
        if mistake.gives and all(
            w is not None and close(w, mistake.gives(case)) for w, case in zip(got, cases, strict=True)
        ):
            return Fault(f"{mistake.says} {numbers}", mistake.name)
    return Fault(numbers, None if w is not None else "not finite")


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
