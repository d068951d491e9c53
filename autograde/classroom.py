"""Grading many submissions side by side, each in its turn, none stopping another."""

import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from traitlets.config import Config

from autograde import engine
from autograde.course import Course
from autograde.engine import Outcome

Progress = Callable[[str, Outcome], None]


def grade(
    course: Course,
    assignment: str,
    students: Iterable[str],
    jobs: int | None = None,
    extra: Config | None = None,
    progress: Progress | None = None,
) -> dict[str, Outcome]:
    """Grade these students' submissions, ``jobs`` at a time (default: one per core).

    Returns how each ended, in the given order. A submission that could not be graded says so in its outcome.
    """
    waiting = list(students)
    jobs = max(1, min(jobs or os.cpu_count() or 1, len(waiting)))
    done: dict[str, Outcome] = {}
    # nbgrader makes the gradebook's tables at the first look: one process must do that alone.
    with engine.gradebook(course):
        pass

    def note(student: str, outcome: Outcome) -> None:
        done[student] = outcome
        if progress:
            progress(student, outcome)

    if jobs == 1:
        for student in waiting:
            note(student, _one(course, assignment, student, extra))
    else:
        # spawn: a fork would copy the event loops and sockets that kernels need.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            futures = {pool.submit(_one, course, assignment, student, extra): student for student in waiting}
            for future in as_completed(futures):
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    outcome = Outcome(False, "", "the grading process died; grade this submission again")
                note(futures[future], outcome)
    return {student: done[student] for student in waiting}


def _one(course: Course, assignment: str, student: str, extra: Config | None) -> Outcome:
    warnings.filterwarnings("ignore")  # SQLAlchemy's about nbgrader's own queries
    try:
        return engine.autograde(course, assignment, student, extra)
    except Exception as error:
        return Outcome(False, "", f"{type(error).__name__}: {error}")
