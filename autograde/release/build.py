"""Making the student release with nbgrader, in a scratch course, and laying it beside the committed one."""

import shutil
from pathlib import Path

from traitlets.config import Config

from autograde import engine
from autograde.course import Course
from autograde.errors import CourseError
from autograde.release import source
from autograde.release.source import Source

NOT_FOR_STUDENTS = ("*.py", "*.ipynb", "__pycache__", ".ipynb_checkpoints", ".gitignore")


def sources_of(course: Course, assignment: str) -> list[Source]:
    """The source notebooks of an assignment, read and examined. Raises CourseError for an unknown one."""
    course.require(assignment)
    found = [source.read(file) for file in sorted((course.sources / assignment).glob("*.py"))]
    if not found:
        raise CourseError(f"{course.sources / assignment} holds no source notebook (*.py).")
    return found


def scratch(course: Course, assignment: str, sources: list[Source], folder: Path) -> Course:
    """A course of its own in ``folder``, with the notebooks of these sources and the student release made.

    Raises CourseError where nbgrader refuses the sources.
    """
    made = Course(folder, work="")
    into = made.sources / assignment
    shutil.copytree(
        course.sources / assignment, into, ignore=shutil.ignore_patterns(*NOT_FOR_STUDENTS), dirs_exist_ok=True
    )
    for one in sources:
        source.write(one, into)
    engine.expect(
        engine.generate_assignment(made, assignment), f"nbgrader cannot make the student version of {assignment}"
    )
    return made


def differences(committed: Path, made: Path) -> list[str]:
    """What distinguishes two folders: one line for each file that is missing, not expected, or different."""
    old, new = _files(committed), _files(made)
    lines = [f"{name}: missing" for name in sorted(new.keys() - old.keys())]
    lines += [f"{name}: not made from the sources" for name in sorted(old.keys() - new.keys())]
    lines += [f"{name}: different" for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    return lines


def _files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".ipynb_checkpoints" not in file.parts
    }


def publish(made: Path, committed: Path) -> list[str]:
    """Make ``committed`` the same as ``made``, touching only what differs; what was done, one line each."""
    changed = differences(committed, made)
    old, new = _files(committed), _files(made)
    for name in old.keys() - new.keys():
        (committed / name).unlink()
    for name, content in new.items():
        if old.get(name) != content:
            (committed / name).parent.mkdir(parents=True, exist_ok=True)
            (committed / name).write_bytes(content)
    return changed


def record(course: Course, assignment: str, sources: list[Source]) -> None:
    """Write the notebooks beside their sources and record the assignment in the course's gradebook.

    Raises CourseError where the gradebook holds submissions of an assignment with other cells.
    """
    for one in sources:
        source.write(one, course.sources / assignment)
    throw_away = course.step(".release")
    extra = Config()
    extra.CourseDirectory.release_directory = throw_away
    try:
        outcome = engine.generate_assignment(course, assignment, extra)
    finally:
        shutil.rmtree(course.root / throw_away, ignore_errors=True)
    if not outcome.ok and "submissions associated" in outcome.log + outcome.error:
        raise CourseError(
            f"The gradebook {course.database} holds submissions for {assignment}, and graded cells were added, "
            "removed or renamed since: keep the cells' grade_ids, or move the gradebook away to start a new one."
        )
    engine.expect(outcome, f"nbgrader cannot record {assignment} in the gradebook")
