import shutil

import pytest

from autograde import classroom
from autograde.course import Course
from tests.autograde.jobs import tiny

#: Right and wrong, with an answer for a person and without, and one whose kernel dies.
CLASS = {
    "ada": {"why": "Because.", "extra": {"notes.txt": "mine", "data.csv": "9,9"}},
    "bo": {"body": "    return a - b"},
    "cy": {"body": "    import os\n    os._exit(1)", "why": "No idea."},
}


@pytest.fixture(scope="session")
def _handed_in(tmp_path_factory):
    course = tiny.make(tmp_path_factory.mktemp("tiny") / "a course")
    for student, work in CLASS.items():
        tiny.hand_in(course, student, **work)
    return course


@pytest.fixture(scope="session")
def _graded(_handed_in, tmp_path_factory):
    """The class, graded without anything in the way."""
    course = copy(_handed_in, tmp_path_factory.mktemp("graded") / "a course")
    outcomes = classroom.grade(course, tiny.ASSIGNMENT, CLASS, 2, tiny.EXTRA)
    assert all(outcome.ok for outcome in outcomes.values()), outcomes
    return course


def copy(course, folder):
    shutil.copytree(course.root, folder)
    return Course(folder, work="")


@pytest.fixture
def handed_in(_handed_in, tmp_path):
    """A course of one's own with three submissions that nobody has graded."""
    return copy(_handed_in, tmp_path / "my course")


@pytest.fixture
def graded(_graded, tmp_path):
    """A course of one's own with three graded submissions."""
    return copy(_graded, tmp_path / "my graded course")


@pytest.fixture
def undisturbed(_graded):
    """What an undisturbed run left: the gradebook by value, and the autograded files."""
    return tiny.contents(_graded), tiny.graded(_graded)
