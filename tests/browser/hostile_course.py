"""A course in a folder of its own with one submission, the hostile one, not graded yet."""

from __future__ import annotations

from pathlib import Path

from autograde.cases import exam
from autograde.cases.case import cases
from autograde.cases.submission import hand_in
from autograde.commands.demo import _CONFIG
from autograde.course import Course
from autograde.release import build
from tests.browser.hostile import STUDENT, spoil

ASSIGNMENT = "2-syncsgd"


def hostile_course(folder: Path, ear: str) -> Course:
    """Released and handed in: a right solution with everything that a browser could be made to run."""
    sources = exam.lean(build.sources_of(Course.here(), ASSIGNMENT))
    course = build.scratch(Course.here(), ASSIGNMENT, sources, folder)
    (course.root / "nbgrader_config.py").write_text(_CONFIG)
    right = next(case for case in cases(ASSIGNMENT) if case.name == "right_solution")
    submitted = course.folder("submitted") / STUDENT / ASSIGNMENT
    hand_in(right, course.release / ASSIGNMENT, course.sources / ASSIGNMENT, submitted)
    spoil(submitted / "easy.ipynb", ear, seen=course.database)
    return course
