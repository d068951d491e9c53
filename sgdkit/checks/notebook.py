"""`check` as a student meets it in a notebook: cases, their code, verdict, points so far."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

from . import codec
from .collect import collect
from .exercise import Exercise, Verdict
from .kernel import read_answer

_points: dict[str, float] = {}


class CheckFailed(AssertionError):
    """A check gave 0 points. In a notebook only its message is shown, not a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def check(exercise_id: str, namespace: dict[str, Any] | None = None) -> float:
    """Checks what you wrote, prints the verdict and returns its points.

    exercise_id: "<assignment>/<notebook>/<name>".
    namespace: where your functions are; your notebook if not given.
    Raises CheckFailed where there is no point, and KeyError for an unknown id.
    """
    from .registry import get

    exercise = get(exercise_id)
    if namespace is None:
        namespace = sys._getframe(1).f_globals
    cases = exercise.cases(exercise.visible_rng())
    program = [case.program(exercise.needs) for case in cases]
    answers = collect(namespace, program, codec.encode, codec.decode, show=True)
    verdict = exercise.judge(cases, [read_answer(answer) for answer in answers])
    _points[exercise.id] = verdict.points
    text = render(verdict, *points_so_far(exercise))
    if verdict.points == 0:
        raise CheckFailed(text)
    print(text)
    return float(verdict.points)


def points_so_far(exercise: Exercise) -> tuple[float, float]:
    """Points of the checks run in this session, and all points of the notebook."""
    from .registry import exercises

    mine = exercises(*exercise.notebook.split("/", 1))
    return sum(_points.get(other.id, 0.0) for other in mine), sum(other.points for other in mine)


def render(verdict: Verdict, so_far: float, of_all: float) -> str:
    """The verdict as a few plain lines: readable in every theme and by a screen reader."""
    mark = "✓" if verdict.passed else "✗"
    head = textwrap.fill(f"{mark} {verdict.message}", 100, break_long_words=False, break_on_hyphens=False)
    tail = (
        f"{verdict.points:g} of {verdict.max_points:g} points here; {so_far:g} of {of_all:g} in this notebook so far."
    )
    return f"{head}\n{tail}"
