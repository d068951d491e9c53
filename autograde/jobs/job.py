"""A job: one submission with all that grading it takes, graded by nbgrader in a private course.

The secret of the course is not among it, nor is the student's name: only the seeds of this student's hidden cases.
"""

import base64
import os
import tempfile
import threading
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import cloudpickle
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from traitlets.config import Config

from autograde import engine
from autograde.config import configure
from autograde.course import Course
from autograde.engine import Outcome
from autograde.errors import CourseError
from autograde.grading.limits import MB, Limits
from autograde.grading.reading import TolerantExporter
from autograde.jobs import files, fingerprint
from autograde.jobs.definition import Definition
from autograde.jobs.files import Files

#: Whoever it is, in the private course.
STUDENT = "student"

#: Settings that say where things lie here, or that are the recorder's or for pages.
PLACES: tuple[str, ...] = (
    "root",
    "db_url",
    *(f"{step}_directory" for step in ("source", "release", "submitted", "autograded")),
)
PLACES += ("feedback_directory", "solution_directory")
ELSEWHERE: tuple[str, ...] = (
    "AssignLatePenalties",
    "LateSubmissionPlugin",
    "BetterOfExport",
    "ExportApp",
    "ExportPlugin",
)
ELSEWHERE += ("GenerateFeedback", "HTMLExporter", "FormgradeApp", "ZipCollectApp")

#: nbgrader changes the working folder of the whole process, so one process grades one submission at a time.
ALONE = threading.Lock()


@dataclass(frozen=True)
class Scored:
    """What nbgrader recorded about one notebook: automatic scores and comments, by the names of cells.

    None as a score: a person must give it. ``handed_in``: whether there was such a notebook.
    """

    handed_in: bool
    scores: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Graded:
    """What comes back of a job. ``files``: the autograded notebooks, none where it failed."""

    outcome: Outcome
    notebooks: dict[str, Scored] = field(default_factory=dict)
    files: Files = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As one message of plain values: whoever reads it runs nothing."""
        told = {
            "outcome": asdict(self.outcome),
            "notebooks": {name: asdict(one) for name, one in self.notebooks.items()},
        }
        return files.pack(told, {"autograded": self.files})

    @classmethod
    def from_bytes(cls, message: bytes) -> "Graded":
        """Raises ValueError where the message is damaged."""
        told, groups = files.unpack(message)
        notebooks = {name: Scored(**one) for name, one in told["notebooks"].items()}
        return cls(Outcome(**told["outcome"]), notebooks, groups["autograded"])


def portable(settings: Config) -> Config:
    """The settings that a grader needs wherever it runs."""
    config = Config({name: dict(section) for name, section in settings.items() if name not in ELSEWHERE})
    for name in PLACES:
        config.CourseDirectory.pop(name, None)
    config.JudgedExecute.pop("secret_file", None)
    return config


def pack(
    definition: Definition, settings: Config, seeds: dict[str, int], submitted: Files, elsewhere: bool = False
) -> bytes:
    """A job: ``settings`` as ``portable`` makes them, ``seeds`` of the hidden cases by exercise.

    elsewhere: it is for other machines, which must have the same versions as this one.
    """
    head = {
        "assignment": definition.assignment,
        "environment": fingerprint.environment() if elsewhere else None,
        "seeds": seeds,
        "settings": base64.b64encode(cloudpickle.dumps(settings)).decode("ascii"),
    }
    database: Files = {"gradebook.db": definition.database}
    return files.pack(head, {"database": database, "source": definition.files, "submitted": submitted})


def run(message: bytes) -> bytes:
    """Grade what ``pack`` made; what is returned is for ``Graded.from_bytes``. Never raises because of a submission."""
    start = monotonic()
    with ALONE:
        graded = _run(message)
    outcome = Outcome(**{**asdict(graded.outcome), "seconds": monotonic() - start})
    return Graded(outcome, graded.notebooks, graded.files).to_bytes()


def _run(message: bytes) -> Graded:
    warnings.filterwarnings("ignore")  # SQLAlchemy's about nbgrader's own queries
    try:
        head, groups = files.unpack(message)
        if head["environment"]:
            other = differences(head["environment"], fingerprint.environment())
            if other:
                raise CourseError(f"the worker that graded this has other versions: {other}")
        with tempfile.TemporaryDirectory(prefix="sgdkit-job-", ignore_cleanup_errors=True) as folder:
            return _grade(Path(folder), head, groups)
    except CourseError as error:
        return Graded(Outcome(False, "", str(error)))
    except Exception as error:  # any: the others go on
        return Graded(Outcome(False, "", f"{type(error).__name__}: {error}"))


def _grade(folder: Path, head: dict[str, Any], groups: dict[str, Files]) -> Graded:
    course, assignment = Course(folder, work=""), head["assignment"]
    files.write(folder, groups["database"])
    files.write(course.sources / assignment, groups["source"])
    submitted = course.folder("submitted") / STUDENT / assignment
    submitted.mkdir(parents=True)
    files.write(submitted, groups["submitted"])
    settings = cloudpickle.loads(base64.b64decode(head["settings"]))
    here = configure(Config(), course)
    for name in PLACES:
        if name in here.CourseDirectory:
            settings.CourseDirectory[name] = here.CourseDirectory[name]
    settings.JudgedExecute.case_seeds = head["seeds"]
    outcome = engine.convert(Autograde, settings, assignment, STUDENT)
    if not outcome.ok:
        return Graded(outcome)
    done = course.folder("autograded") / STUDENT / assignment
    notebooks = files.read(done, [file.name for file in done.glob("*.ipynb")], 2**62)
    return Graded(outcome, _scored(course, assignment, submitted), notebooks)


def _scored(course: Course, assignment: str, submitted: Path) -> dict[str, Scored]:
    with Gradebook(course.db_url) as book:
        found = {}
        for notebook in book.find_submission(assignment, STUDENT).notebooks:
            # A cell that is no longer in the notebook has neither a score nor a need for one.
            scores = {
                grade.name: grade.auto_score
                for grade in notebook.grades
                if grade.auto_score is not None or grade.needs_manual_grade
            }
            comments = {comment.name: comment.auto_comment for comment in notebook.comments}
            handed_in = os.path.lexists(submitted / f"{notebook.name}.ipynb")
            found[notebook.name] = Scored(handed_in, scores, comments)
        return found


def differences(one: dict[str, str], other: dict[str, str]) -> str:
    """Such as "numpy 2.0.1 instead of 2.1.0": how ``other`` differs from ``one``, or an empty string."""
    names = sorted(one.keys() | other.keys())
    return ", ".join(
        f"{name} {other.get(name, 'none')} instead of {one.get(name, 'none')}"
        for name in names
        if one.get(name) != other.get(name)
    )


def limits(settings: Config) -> tuple[int, int]:
    """Bytes of one notebook, and of all other files together, from which on a grader reads none of it.

    Then the size is all that a job needs to hold.
    """
    return TolerantExporter(config=settings).max_bytes, Limits(config=settings).scratch * MB
