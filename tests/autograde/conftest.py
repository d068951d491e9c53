import shutil

import pytest

from autograde.cases import exam
from autograde.course import Course
from autograde.release import build

ASSIGNMENT = "2-syncsgd"


@pytest.fixture(scope="session")
def sources():
    return build.sources_of(Course.here(), ASSIGNMENT)


@pytest.fixture(scope="session")
def _released(sources, tmp_path_factory):
    """The real assignment without what only shows something, released in a folder with a space in its name."""
    folder = tmp_path_factory.mktemp("a course")
    return build.scratch(Course.here(), ASSIGNMENT, exam.lean(sources), folder)


@pytest.fixture
def course(_released, tmp_path):
    """A course of one's own with the release made and nothing handed in."""
    folder = tmp_path / "my course"
    shutil.copytree(_released.root, folder)
    return Course(folder, work="")
