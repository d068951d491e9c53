"""The known mistakes in `newton_step`, and what is said of steps that are none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Fault, Misconception
from ..judge import close, compare, number
from . import valley
from .moves import Array

SINGULAR = "a flat valley, whose H is singular"
SADDLE = "a saddle, where one eigenvalue of H is negative"


def _each(case: Case, change: Callable[[Array, float], Array]) -> Array:
    """Every eigenvalue changed by itself."""
    w, g = case.args[3], valley.gradient_at(case)
    eigenvalues, Q = np.linalg.eigh(valley.hessian_at(case))
    with np.errstate(all="ignore"):
        return w - Q @ ((Q.T @ g) / change(eigenvalues, case.kwargs["damping"]))


def _moved(case: Case, by: float) -> Array:
    w = case.args[3]
    return w + by * (valley.newton(case) - w)


MISCONCEPTIONS = (
    Misconception(
        "damping everywhere",
        "tau is damping everywhere. On a bowl whose eigenvalues are all at least damping the whole Newton step "
        "is right, tau "
        "= 0; on a saddle it must be more.",
        lambda case: valley.damped(case, lambda least, damping: damping),
    ),
    Misconception(
        "damping on top",
        "tau is damping more than needed where it is not 0: the least eigenvalue plus tau should be damping.",
        lambda case: valley.damped(case, lambda least, damping: 0.0 if least >= damping else 2 * damping - least),
    ),
    Misconception(
        "tau may be negative",
        "tau becomes negative on a bowl, which makes the step longer than Newton's: it is 0 there, max(0, …).",
        lambda case: valley.damped(case, lambda least, damping: damping - least),
    ),
    Misconception(
        "damping below zero only",
        "tau is 0 wherever no eigenvalue is negative, and damping - least elsewhere. A least eigenvalue between "
        "0 and damping "
        "needs a tau as well.",
        lambda case: valley.damped(case, lambda least, damping: 0.0 if least > 1e-9 else damping - least),
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
        lambda case: valley.newton(case) - case.args[3],
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
        "part of the diagonal added",
        "A part of H's diagonal is added to H, as Levenberg and Marquardt do; here it is tau * I, where needed.",
        lambda case: _marquardt(case),
    ),
    Misconception(
        "absolute eigenvalues",
        "The eigenvalues are taken without their sign, as the saddle-free Newton method does. Here one tau is "
        "added to all.",
        lambda case: _each(case, lambda e, damping: np.maximum(np.abs(e), damping)),
    ),
)


def _marquardt(case: Case) -> Array:
    H = valley.hessian_at(case)
    return case.args[3] - np.linalg.solve(H + case.kwargs["damping"] * np.diag(np.diag(H)), valley.gradient_at(case))


def _diagonal(case: Case) -> Array:
    H, w = np.diag(valley.hessian_at(case)), case.args[3]
    return w - valley.gradient_at(case) / (H + max(0.0, case.kwargs["damping"] - float(H.min())))


def undamped(cases: list[Case], values: list[Any], got: list[Array | None], wrong: list[int]) -> Fault | None:
    """Whether it is the plain step, which only a bowl forgives; a singular H may give anything."""
    for i, case in enumerate(cases):
        w = got[i]
        if case.facts["kind"] != SINGULAR and (w is None or not close(w, valley.plain(case))):
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


def too_little(cases: list[Case], got: list[Array | None]) -> Fault | None:
    """Whether tau lifts the least eigenvalue to 0 only, so that H + tau * I is singular at every saddle."""
    for w, case in zip(got, cases, strict=True):
        if case.facts["kind"] == SADDLE:
            if w is not None and np.linalg.norm(w - case.args[3]) < 1e3:
                return None
        elif case.facts["kind"] != SINGULAR and (w is None or not close(w, valley.plain(case))):
            return None
    return Fault(
        "tau lifts the least eigenvalue to 0 only, and then H + tau * I is singular at every saddle: lift it to "
        "damping.",
        "tau too small",
    )


def _far(w: Array, case: Case) -> str:
    return f"{float(np.linalg.norm(w - case.args[3])):.3g}"


def known(cases: list[Case], got: list[Array | None], right: list[Array], first: int) -> Fault:
    """A mistake of the list; a step along the gradient; another tau; or just the numbers."""
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
    fault = _gradient_where_lifted(cases, got, right, numbers) or _other_tau(cases, got, right)
    return fault or Fault(numbers)


def _gradient_where_lifted(
    cases: list[Case], got: list[Array | None], right: list[Array], numbers: str
) -> Fault | None:
    """Whether bowls are right, and all other steps go along the gradient."""
    wrong = [i for i, w in enumerate(got) if w is None or not close(w, right[i])]
    for i in wrong:
        w, g = got[i], valley.gradient_at(cases[i])
        if w is None:
            return None
        p = w - cases[i].args[3]
        if abs(p @ g) < (1 - 1e-6) * np.linalg.norm(p) * np.linalg.norm(g):
            return None
    if len(wrong) == len(cases):
        return None
    return Fault(
        "Where an eigenvalue of H is below damping you take a step along the gradient; there, too, the step solves "
        f"(H + tau * I) p = -g, with a tau above 0. {numbers}",
        "gradient step where H must be lifted",
    )


def _other_tau(cases: list[Case], got: list[Array | None], right: list[Array]) -> Fault | None:
    """Whether every wrong step solves (H + τI) p = −g with some other τ."""
    told = ""
    for case, w, due in zip(cases, got, right, strict=True):
        if w is None:
            return None
        if close(w, due):
            continue
        p, H, g = w - case.args[3], valley.hessian_at(case), valley.gradient_at(case)
        rest = -(H @ p + g)
        tau = float(rest @ p / max(p @ p, 1e-300))
        if np.linalg.norm(rest - tau * p) > 1e-3 * np.linalg.norm(g):
            return None
        needed = max(0.0, case.kwargs["damping"] - float(np.linalg.eigvalsh(H)[0]))
        about = f"{case.about[:1].upper()}{case.about[1:]}"
        told = told or f" {about}, tau should be {number(needed)}; yours is {number(tau)}."
    return Fault(
        "The step solves (H + tau * I) p = -g, but with another tau than the least that lifts the smallest eigenvalue "
        f"to damping.{told}",
        "another tau",
    )
