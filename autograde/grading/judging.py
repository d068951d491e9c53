"""From what came out of the kernel to a verdict; runs in the grader's process, never in the student's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from sgdkit import checks

#: How the grade_id of a check cell starts; the exercise's name follows.
CHECK = "check-"


@dataclass(frozen=True)
class Judged:
    """What is known about one exercise: points of max_points, the text to show, and what was wrong, if anything.

    ``looped`` says that the student's function had to be stopped, so that nothing should call it again.
    """

    points: float
    max_points: float
    text: str
    passed: bool = False
    misconception: str | None = None
    looped: bool = False


def exercise_of(assignment: str, notebook: str, grade_id: str) -> checks.Exercise | None:
    """The exercise that the check cell ``grade_id`` asks for, or None where there is none.

    It follows from the cell's id in the gradebook, never from the cell's text.
    """
    try:
        return checks.get(f"{assignment}/{notebook}/{grade_id.removeprefix(CHECK)}")
    except KeyError:
        return None


def judge(exercise: checks.Exercise, cases: Any, outputs: Iterable[NotebookNode], nonce: str) -> Judged:
    """Judge the answers among a cell's outputs.

    Whatever the student's code did to them ends in a verdict: no answers or damaged ones give 0 with a reason.
    """
    payloads = [
        o["data"][checks.MIME] for o in outputs if o["output_type"] == "display_data" and checks.MIME in o["data"]
    ]
    if not payloads:
        return _nothing(exercise, "no answers came back from the notebook. " + _last_error(outputs))
    try:
        answers = checks.read_answers(payloads[-1], nonce)
    except checks.AnswerError as error:
        return _nothing(exercise, f"the answers that came back cannot be read: {error}")
    looped = any(getattr(answer, "problem", None) == "timeout" for answer in answers)
    verdict = exercise.judge(cases, answers)
    return Judged(
        points=verdict.points,
        max_points=verdict.max_points,
        text=verdict.message,
        passed=verdict.passed,
        misconception=verdict.misconception,
        looped=looped,
    )


def _nothing(exercise: checks.Exercise, reason: str) -> Judged:
    return Judged(0.0, exercise.points, f"Not judged, 0 points: {reason.strip()}")


def _last_error(outputs: Iterable[NotebookNode]) -> str:
    errors = [o for o in outputs if o["output_type"] == "error"]
    if not errors:
        return "Code in the notebook changes how cells are run; take it out."
    return f"Running the check ended with {errors[-1]['ename']}: {errors[-1]['evalue']}"[:300]
