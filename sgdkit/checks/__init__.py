"""Checks: what each exercise asks, and what is said to an answer.

A check has two pure halves, `cases` and `judge`. In a notebook `check` runs both. In grading `driver` makes
the source that calls the student's code in a kernel, `read_answers` reads what it sent, and `Exercise.judge`
judges outside the kernel.
"""

from .borrowed import borrowed
from .exercise import Answer, Case, Exercise, Misconception, Verdict
from .kernel import MIME, AnswerError, driver, read_answers
from .notebook import CheckFailed, check
from .once_written import once_written
from .registry import exercises, get

__all__ = [
    "MIME",
    "Answer",
    "AnswerError",
    "Case",
    "CheckFailed",
    "Exercise",
    "Misconception",
    "Verdict",
    "borrowed",
    "check",
    "driver",
    "exercises",
    "get",
    "once_written",
    "read_answers",
]
