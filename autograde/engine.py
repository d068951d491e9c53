"""nbgrader's converters, run in this process for a course: what the commands are made of."""

import logging
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config, PyFileConfigLoader

from autograde.config import configure, put_alembic_on_path
from autograde.course import Course
from autograde.errors import CourseError
from autograde.names import misnamed

#: For code of our own, which may run without a sandbox where there is none.
TRUSTED = Config({"LimitedExecute": {"sandbox": "auto"}})


@dataclass(frozen=True)
class Outcome:
    """How a step of nbgrader ended. ``log`` is what it had to say, ``error`` its traceback if it failed.

    ``seconds`` is how long grading took, where that was measured; ``unchanged`` says that a submission was not graded
    again, because nothing that decides its grade has changed.
    """

    ok: bool
    log: str
    error: str = ""
    seconds: float = 0.0
    unchanged: bool = False

    def reason(self) -> str:
        """The last line that says what went wrong, for a sentence."""
        lines = [line for line in (self.error or self.log).strip().splitlines() if line.strip()]
        told = [line for line in lines if "ERROR" in line or "Error" in line] or lines
        return told[-1].strip() if told else "no reason was given"


def settings(course: Course, extra: Config | None = None) -> Config:
    """nbgrader's configuration for this course: ours, over it what its nbgrader_config.py says, over that ``extra``.

    Raises CourseError where that file cannot be run.
    """
    config = configure(Config(), course)
    if (course.root / "nbgrader_config.py").exists():
        try:
            config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config())
        except Exception as error:  # any: it is a program
            raise CourseError(
                f"{course.root / 'nbgrader_config.py'} cannot be run ({type(error).__name__}: {error}): put that right."
            ) from error
    if extra is not None:
        config.merge(extra)
    return config


def generate_assignment(course: Course, assignment: str, extra: Config | None = None) -> Outcome:
    """Make the student version of an assignment and record it in the gradebook."""
    return convert(GenerateAssignment, settings(course, extra), assignment, "*")


def autograde(course: Course, assignment: str, student: str, extra: Config | None = None) -> Outcome:
    """Grade one student's submission here and now, as plain nbgrader does; ``classroom`` grades many, safely."""
    with gradebook(course) as book:
        known = (one for one in book.assignments if one.name == assignment)
        wanted = [f"{notebook.name}.ipynb" for one in known for notebook in one.notebooks]
    reason = misnamed(course.folder("submitted") / student / assignment, wanted) if wanted else ""
    if reason:
        return Outcome(False, "", reason)
    return convert(Autograde, settings(course, extra), assignment, student)


def generate_feedback(course: Course, assignment: str, extra: Config | None = None) -> Outcome:
    """Write the feedback pages of all graded submissions of an assignment."""
    return convert(GenerateFeedback, settings(course, extra), assignment, "*")


def convert(kind: type[BaseConverter], config: Config, assignment: str, student: str) -> Outcome:
    """Run one of nbgrader's converters with ``config``; what it made before is made again. student: "*" for all."""
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id = assignment
    coursedir.student_id = student
    with _one_logger() as log:
        converter = kind(coursedir=coursedir, config=config, log=log)
        converter.force = True
        result = capture_log(converter)
    return Outcome(result["success"], result.get("log", ""), result.get("error", ""))


@contextmanager
def _one_logger() -> Iterator[logging.Logger]:
    """A logger that prints nothing by itself; nbgrader's capture_log collects what goes through it."""
    log = logging.getLogger("autograde.nbgrader")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    yield log


@contextmanager
def gradebook(course: Course) -> Iterator[Gradebook]:
    """The course's gradebook, made if there is none."""
    course.database.parent.mkdir(parents=True, exist_ok=True)
    put_alembic_on_path()
    book = Gradebook(course.db_url)
    try:
        yield book
    finally:
        book.close()


def ensure_assignment(course: Course, assignment: str) -> None:
    """Record an assignment in the gradebook where nobody did so yet.

    Raises CourseError where its notebooks were never made.
    """
    with gradebook(course) as book:
        if any(known.name == assignment and known.notebooks for known in book.assignments):
            return
    from autograde.release.build import record, sources_of

    record(course, assignment, sources_of(course, assignment))


def scores(course: Course, assignment: str, student: str, notebook: str) -> dict[str, tuple[float | None, float]]:
    """The automatic score and the maximum of every graded cell, by grade_id.

    A score is None where a person must grade, and where nothing was graded.
    """
    with gradebook(course) as book:
        submission = book.find_submission_notebook(notebook, assignment, student)
        return {grade.name: (grade.auto_score, float(grade.max_score)) for grade in submission.grades}


def expect(outcome: Outcome, sentence: str) -> None:
    """Raise CourseError with ``sentence`` and nbgrader's reason where a step failed."""
    if not outcome.ok:
        raise CourseError(f"{sentence}: {outcome.reason()}")


def started() -> str:
    """How ``python -m autograde`` was started, to be typed again: such as ".venv/bin/python -m autograde"."""
    used = Path(sys.executable).absolute()
    try:
        python = str(used.relative_to(Path.cwd()))
    except ValueError:
        first = shutil.which("python")
        python = "python" if first and os.path.abspath(first) == str(used) else str(used)
    return f"{shlex.quote(python)} -m autograde"


def relative(path: Path) -> str:
    """A path as people type it: relative to where they are, when it lies there."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
