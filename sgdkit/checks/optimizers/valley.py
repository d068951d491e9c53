"""The objectives on which `hessian` and `newton_step` are checked: f(v) = ½ vᵀAv − bᵀv + ¼ Σ c v⁴."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Fault
from ..judge import as_numbers
from ..probes import own_work, stand_ins, valley
from .moves import Array

PROBE = stand_ins.source(own_work) + stand_ins.source(valley).replace("from .own_work import _check_own_work\n", "")


def symmetric(rng: np.random.Generator, eigenvalues: list[float]) -> Array:
    """(size, size) with these eigenvalues, in directions of its own."""
    Q = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))[0]
    A = Q @ np.diag(eigenvalues) @ Q.T
    return (A + A.T) / 2


def gradient_at(case: Case) -> Array:
    """(size,) ∇f at the case's w."""
    A, b, c, w = case.args
    return A @ w - b + c * w**3


def hessian_at(case: Case) -> Array:
    """(size, size) of f at the case's w, by its formula."""
    A, _, c, w = case.args
    return A + 3 * np.diag(c * w**2)


def damped(case: Case, tau: Callable[[float, float], float]) -> Array:
    """w after the step, τ a function of the least eigenvalue and the damping; solved in H's own directions."""
    w, g, H = case.args[3], gradient_at(case), hessian_at(case)
    eigenvalues, Q = np.linalg.eigh(H)
    with np.errstate(all="ignore"):
        return w - Q @ ((Q.T @ g) / (eigenvalues + tau(float(eigenvalues[0]), case.kwargs["damping"])))


def plain(case: Case) -> Array:
    """w after the step without any τ."""
    return damped(case, lambda least, damping: 0.0)


def newton(case: Case) -> Array:
    """(size,) w after the step with τ = 0 where every eigenvalue is at least damping, else what is missing to it."""
    return damped(case, lambda least, damping: max(0.0, damping - least))


def given(value: Any, case: Case, shape: tuple[int, ...], what: str, hint: str) -> tuple[Array | None, Fault | None]:
    """The array in an answer, or why there is none."""
    if not isinstance(value, dict) or value.get("value") is None:
        return None, Fault(f"{case.about}, {case.call} returned nothing. Does it end with `return`?", "no return")
    return as_numbers(value["value"], shape, what, case.about, hint)
