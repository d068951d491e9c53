"""From answers to a verdict: what could not be judged, what is wrong, which known mistake it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .collect import MAX_PRINTED
from .exercise import Answer, Case, Examine, Exercise, Fault, Misconception, Verdict

# An answer is right when it is this close to the reference, relative to the reference's largest number:
# float32 passes, and every misconception is a thousand times further away in the cases used.
TOLERANCE = 1e-4
_GENERAL = {None, "raised", "shape", "type", "not finite", "timeout", "no return"}


def judge(exercise: Exercise, cases: list[Case], answers: list[Answer]) -> Verdict:
    """Judges `answers` to `cases`, one each, in order. Full points or, where a fault says so, a share."""
    name, of = exercise.name, exercise.points
    if len(answers) != len(cases):
        message = f"{name}: {len(answers)} answers came back for {len(cases)} questions: run the check again."
        return Verdict(False, 0.0, of, message)
    faults = [_group(exercise, cases, answers, group) for group in dict.fromkeys(case.group for case in cases)]
    if None not in faults:
        fault = _most_telling([fault for fault in faults if fault is not None])
        return Verdict(False, round(of * fault.share, 2), of, f"{name}: {fault.message}", fault.misconception)
    praise = f" {exercise.praise}" if exercise.praise else ""
    if faults[-1] is not None:
        praise += " But together with your own other pieces it does not work yet: mend those above first."
    return Verdict(True, of, of, f"{name}: right.{praise}")


def _group(exercise: Exercise, cases: list[Case], answers: list[Answer], group: str) -> Fault | None:
    mine = [(case, answer) for case, answer in zip(cases, answers, strict=True) if case.group == group]
    for case, answer in mine:
        fault = _unusable(exercise, case, answer)
        if fault is not None:
            return fault
    try:
        return exercise.examine([case for case, _ in mine], [answer.value for _, answer in mine])
    except Exception:  # whatever a student's code sends, there must be a verdict; the tests see that this is not used
        return Fault("your answer has a form that cannot be judged. Return what the docstring asks for.", "unjudged")


def _most_telling(faults: list[Fault]) -> Fault:
    """The fault with most points left; among those a known mistake; among those the last group's.

    The last group is the one with the student's own pieces. In the first, an answer that goes its own way, without
    the earlier pieces, meets stand-ins that it does not use, and may fail in ways that say nothing.
    """
    most = max(fault.share for fault in faults)
    best = [fault for fault in faults if fault.share == most]
    known = [fault for fault in best if fault.misconception not in _GENERAL]
    return known[0] if known else best[-1]


def _unusable(exercise: Exercise, case: Case, answer: Answer) -> Fault | None:
    """What keeps an answer from being judged by its value."""
    where = f" {case.about}" if case.about else ""
    call = case.call or exercise.name
    line = f" The line is: {answer.line}" if answer.line else ""
    match answer.problem:
        case "":
            pass
        case "missing":
            return Fault(
                f"there is no `{answer.detail}` yet. Run the cell that defines it (and keep its name), "
                "then this check.",
                "missing",
            )
        case "not-callable":
            return Fault(f"`{call}` is a {answer.detail}, not a function. Define it with `def {call}(...)`.", "type")
        case "unwritten":
            return Fault(
                "not written yet. Fill in the cell above, run it, then run this check again. (If you have written it, "
                "take out the line `raise NotImplementedError()`.)",
                "unwritten",
            )
        case "raised" if answer.detail.startswith("StdinNotImplementedError"):
            return Fault(
                f"called{where}, your code asks for something to be typed, with `input()`; nobody is there to answer. "
                f"Take the `input()` out and use what the function is given.{line}",
                "asks for input",
            )
        case "raised" if "write this one yourself" in answer.detail:
            return Fault(
                f"called{where}, your code uses the kit's own version of what you are asked to write: write this one "
                f"yourself.{line}",
                "borrowed",
            )
        case "raised":
            return Fault(f"called{where}, your code stopped with {answer.detail.rstrip('.')}.{line}", "raised")
        case "timeout":
            return Fault(
                f"called{where}, your code did not end within {answer.detail} seconds. Look for a loop "
                "that never ends, or a loop over single numbers that a product of arrays would do.",
                "timeout",
            )
        case "skipped":
            return None
        case _:
            return Fault(
                f"called{where}, your code gave {answer.detail or 'something'}, which cannot be compared. "
                "Return plain numbers, lists or numpy arrays of numbers.",
                "type",
            )
    if answer.changed and "changed" not in exercise.overlooks:
        names = " and ".join(f"`{name}`" for name in answer.changed)
        return Fault(
            f"your code changes its input {names}. Work on a copy: write `a = a + b` instead of "
            "`a += b`, or start with `a = a.copy()`.",
            "changes its input",
        )
    if answer.printed > MAX_PRINTED:
        return Fault(
            f"your code prints {answer.printed:,} characters in one call. Take the print out of the loop.",
            "noisy",
        )
    if answer.left and "left" not in exercise.overlooks:
        return Fault(
            f"{answer.left} process{'es were' if answer.left > 1 else ' was'} still running two seconds after "
            "your code returned. Make the pool in a `with` block: it ends its processes.",
            "processes left behind",
        )
    if answer.value is None:
        return Fault(f"called{where}, your code returned nothing. Does it end with `return`?", "no return")
    return None


def against(
    reference: Callable[[Case], Any],
    misconceptions: tuple[Misconception, ...],
    what: str,
    shape: str = "",
    nearly: str = "",
) -> Examine:
    """An `examine` for exercises with one right value: a number or an array of numbers for each case.

    what: how a message names the value: "the gradient".
    shape: what to add to the message on a wrong shape: "It has one slope for every entry of w."
    nearly: what to say of an answer that is right to a hundredth in every case, but not exactly.
    A case's fact "not finite" is added to the message that an answer is nan or inf there.
    """

    def examine(cases: list[Case], values: list[Any]) -> Fault | None:
        expected = [np.asarray(reference(case), dtype=np.float64) for case in cases]
        got: list[np.ndarray] = []
        for case, value, right in zip(cases, values, expected, strict=True):
            array, fault = as_numbers(value, right.shape, what, case.about, shape)
            if fault is not None and fault.misconception == "not finite":
                hint = case.facts.get("not finite", "")
                before = _diagnosis(cases[: len(got)], got, expected[: len(got)])
                return before or Fault(f"{fault.message} {hint}".rstrip(), fault.misconception)
            if fault is not None:
                return fault
            assert array is not None
            got.append(array)
        return _diagnosis(cases, got, expected)

    def _diagnosis(cases: list[Case], got: list[np.ndarray], expected: list[np.ndarray]) -> Fault | None:
        wrong = [i for i in range(len(cases)) if not close(got[i], expected[i])]
        if not wrong:
            return None
        for mistake in misconceptions:
            if mistake.gives is None:
                continue
            given = mistake.gives
            if all(close(a, np.asarray(given(case), dtype=np.float64)) for a, case in zip(got, cases, strict=True)):
                first = wrong[0]
                return Fault(
                    f"{mistake.says} {compare(got[first], expected[first], what, cases[first].about)}",
                    mistake.name,
                )
        first = wrong[0]
        numbers = compare(got[first], expected[first], what, cases[first].about)
        again = next((i for i in wrong if any(np.array_equal(got[i], earlier) for earlier in got[:i])), None)
        if again is not None and got[again].any():
            return Fault(
                f"{_capital(cases[again].about)}, your answer is the very one for other numbers before: is it "
                f"remembered, or taken from names of the notebook instead of the arguments? {numbers}",
                "answer of an earlier call",
            )
        if nearly and all(close(a, b, 1e-2) for a, b in zip(got, expected, strict=True)):
            return Fault(f"{nearly} {numbers}", "inexact")
        return Fault(numbers)

    return examine


def close(a: np.ndarray, b: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Whether two arrays have one shape and agree to `tolerance` of the largest number of b."""
    if a.shape != b.shape:
        return False
    if a.size == 0:
        return True
    return bool(np.max(np.abs(a - b)) <= tolerance * max(np.max(np.abs(b)), 1e-6))


def as_numbers(
    value: Any, shape: tuple[int, ...], what: str, about: str, hint: str = ""
) -> tuple[np.ndarray | None, Fault | None]:
    """`value` as a float64 array of `shape`, or the fault that it is not one.

    Where a single number is expected, an array with one entry passes.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RecursionError):
        array = np.array(None)
    if array.dtype.kind not in "iuf":
        return None, Fault(f"{about}, {what} should be {_form(shape)}; yours is {_kind(value)}.", "type")
    array = array.astype(np.float64)
    if shape == () and array.size == 1:
        array = array.reshape(())
    if array.shape != shape:
        more = f" {hint}" if hint else ""
        return None, Fault(f"{about}, {what} should be {_form(shape)}; yours is {_form(array.shape)}.{more}", "shape")
    if not np.all(np.isfinite(array)):
        return None, Fault(
            f"{about}, {what} contains {'nan' if np.isnan(array).any() else 'inf'}. Look for a division by "
            "zero, a square root of a negative number, or an exponential that is too large.",
            "not finite",
        )
    return array, None


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of `value` as an array, or None where it is ragged or no array at all."""
    if value is None or isinstance(value, (str, dict)):
        return None
    try:
        return np.shape(value)
    except (TypeError, ValueError, RecursionError):
        return None


def _form(shape: tuple[int, ...]) -> str:
    return "one number" if shape == () else f"an array of shape {shape}"


def _kind(value: Any) -> str:
    return {"str": "a text", "bool": "True or False", "dict": "a dict"}.get(
        type(value).__name__, f"a {type(value).__name__} that is not an array of numbers"
    )


def compare(got: np.ndarray, expected: np.ndarray, what: str, about: str) -> str:
    """'With …, entry [3] of the gradient is 0.51; expected 0.255.' for the entry that is most wrong."""
    if expected.shape == ():
        return f"{_capital(about)}, {what} should be {number(expected)}; yours is {number(got)}."
    place = np.unravel_index(int(np.argmax(np.abs(got - expected))), expected.shape)
    index = ", ".join(str(int(i)) for i in place)
    return (
        f"{_capital(about)}, entry [{index}] of {what} should be {number(expected[place])}; "
        f"yours is {number(got[place])}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def number(value: Any) -> str:
    """Five digits, and no minus in front of a zero."""
    return f"{float(value) + 0.0:.5g}"
