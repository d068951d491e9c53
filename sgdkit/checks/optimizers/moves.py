"""What the checks of the update rules share: several steps with gradients that change, judged by how w moves.

A step's move does not depend on w, so that the moves are compared and not w itself: a mistake in a small step
cannot hide behind a large w.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..exercise import Case, Examine, Exercise, Fault, Misconception
from ..judge import as_numbers, close, number
from ..probes import own_work, stand_ins, steps

Array = np.ndarray
Rule = Callable[[Array, tuple[float, ...]], Array]

_IMPORT = "from .own_work import _check_own_work\n"
OWN_WORK = stand_ins.source(own_work)
PROBE = OWN_WORK + stand_ins.source(steps).replace(_IMPORT, "")


def case(
    call: str, settings: tuple[float, ...], names: Sequence[str], w: Array, gradients: Array, more: str = ""
) -> Case:
    """Steps from w (size,) with gradients (steps, size), by an optimizer made with these settings."""
    told = ", ".join(f"{name}={value:g}" for name, value in zip(names, settings, strict=True))
    return Case(
        call,
        (settings, w, gradients),
        about=f"with {told}{more}",
        labels=("the settings", "w", "g"),
        probe=PROBE,
    )


def rule(name: str, says: str, moves: Rule) -> Misconception:
    """A mistake given as moves (steps, size) that it makes of gradients (steps, size) and settings."""
    return Misconception(name, says, lambda case: moves(case.args[2], case.args[0]))


def faded(g: Array, by: float) -> Array:
    """(steps, size) Σ_{s ≤ t} by^(t − s) g_s, written as the sum that it is: no recurrence to get wrong twice."""
    t = np.arange(len(g))
    weights = np.where(t[:, None] >= t, float(by) ** np.maximum(t[:, None] - t, 0), 0.0)
    return weights @ g


def late(g: Array) -> Array:
    """The same rows one step later, zeros first."""
    return np.concatenate([np.zeros_like(g[:1]), g[:-1]])


def examine(
    right: Sequence[Rule],
    misconceptions: tuple[Misconception, ...],
    unusable: Callable[[Case, Array], Fault | None] = lambda case, moves: None,
) -> Examine:
    """An `examine` that takes any of the published conventions `right`, the same one in all cases.

    unusable: what to say about moves (steps, size) that are not finite.
    """

    def look(cases: list[Case], values: list[Any]) -> Fault | None:
        runs, again = [], []
        for one, value in zip(cases, values, strict=True):
            moves, fault = _moves(one, value, "path", unusable)
            if moves is None:
                return fault
            repeated, _ = _moves(one, value, "again", unusable)
            runs.append(moves)
            again.append(repeated)
        for one, run, repeated in zip(cases, runs, again, strict=True):
            if repeated is None or not close(repeated, run):
                return Fault(
                    f"{one.about}, a second optimizer made by `{one.call}` goes on with what another one remembered, "
                    "or with its settings. Keep them in `self`, or in the function that makes the optimizer, not in "
                    "the class or in a variable outside.",
                    "memory shared by optimizers",
                )
        if not any(_all(runs, cases, convention) for convention in right):
            return _diagnose(cases, runs, right[0], misconceptions)
        return None

    return look


def _all(runs: list[Array], cases: list[Case], moves: Rule) -> bool:
    return all(close(run, moves(one.args[2], one.args[0])) for run, one in zip(runs, cases, strict=True))


def _moves(
    one: Case, value: Any, which: str, unusable: Callable[[Case, Array], Fault | None]
) -> tuple[Array | None, Fault | None]:
    """(steps, size) how w moved, or why that cannot be said."""
    _, w, gradients = one.args
    if not isinstance(value, dict) or not isinstance(value.get(which), list):
        return None, Fault("no steps came back: run the check again.", "type")
    if value.get("changed") is not False:
        return None, Fault(
            "`step` changes the gradient that it is given. Work on a copy: `v = v + g` instead of `v += g` where "
            "v is g "
            "itself.",
            "changes its input",
        )
    path = value[which]
    for t, after in enumerate(path[1:], start=1):
        if after is None:
            return None, Fault(
                f"{one.about}, step {t} returned nothing. End `step` with `return` and the new w.", "no return"
            )
    rows = []
    for t, after in enumerate(path):
        finite, fault = as_numbers(after, w.shape, f"the w after step {t}", one.about, "It is the new w, not the step.")
        if finite is None and fault is not None and fault.misconception != "not finite":
            return None, fault
        rows.append(np.asarray(after, dtype=np.float64) if finite is None else finite)
    if len(rows) != len(gradients) + 1:
        return None, Fault(f"{one.about}, not every step came back: run the check again.", "type")
    with np.errstate(all="ignore"):
        moves = np.diff(np.array(rows), axis=0)
    if np.isfinite(moves).all():
        return moves, None
    t = int(np.argmax(~np.isfinite(moves).all(axis=1)))
    return None, unusable(one, moves) or Fault(
        f"{one.about}, w is no longer finite after step {t + 1}. Look for a division by zero, or a square root of a "
        "negative number.",
        "not finite",
    )


def _diagnose(cases: list[Case], runs: list[Array], right: Rule, misconceptions: tuple[Misconception, ...]) -> Fault:
    expected = [right(one.args[2], one.args[0]) for one in cases]
    first = next((i for i in range(len(cases)) if not close(runs[i], expected[i])), 0)
    numbers = _compare(cases[first], runs[first], expected[first])
    for mistake in misconceptions:
        given = mistake.gives
        if given and all(close(run, given(one)) for run, one in zip(runs, cases, strict=True)):
            return Fault(f"{mistake.says} {numbers}", mistake.name)
    return Fault(numbers)


def _compare(one: Case, got: Array, expected: Array) -> str:
    """The first step that is wrong, and in it the entry that is most wrong."""
    scale = 1e-4 * np.max(np.abs(expected))
    t = int(np.argmax(np.max(np.abs(got - expected), axis=1) > scale))
    entry = int(np.argmax(np.abs(got[t] - expected[t])))
    return (
        f"{one.about[:1].upper()}{one.about[1:]}: step {t + 1} has the gradient {number(one.args[2][t, entry])} "
        "in entry "
        f"[{entry}] and should change that entry of w by {number(expected[t, entry])}; yours changes it by "
        f"{number(got[t, entry])}."
    )


def exercise(name: str, call: str, points: float, cases: Any, look: Examine, praise: str, known: Any) -> Exercise:
    """An exercise of the notebook about an update rule."""
    return Exercise(
        id=f"3-optimizers/optimizers/{name}",
        points=points,
        needs=(call,),
        cases=cases,
        examine=look,
        praise=praise,
        misconceptions=known,
        own_work=("sgdkit.optimizers", "sgdkit.SGD", "sgdkit.SyncSGD"),
    )
