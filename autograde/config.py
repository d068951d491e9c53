"""nbgrader's settings for a course: the folders, the judge and the export."""

import os
import shutil
import sysconfig

from traitlets.config import Config

from autograde.course import Course
from autograde.pages import server

#: Before the student's code runs: every cell the course gave is put back as the course gave it.
SANITIZE = [
    "autograde.grading.restore.RestoreCells",
    "autograde.grading.origin.NoteOrigin",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.CheckCellMetadata",
]

#: nbgrader's own list with our Execute in place of its own; in the end nothing is left that a page could run.
AUTOGRADE = [
    "autograde.grading.execute.JudgedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
    "autograde.pages.Harmless",
]

#: nbgrader's own list and a style of ours.
FEEDBACK = [
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    "autograde.pages.Wrap",
]


def configure(c: Config, course: Course) -> Config:
    """Write the course's settings into nbgrader's configuration ``c`` and return it."""
    put_alembic_on_path()
    folders = c.CourseDirectory
    folders.root = str(course.root)
    folders.source_directory = "solutions"
    folders.release_directory = "notebooks"
    for name in ("submitted", "autograded", "feedback"):
        folders[f"{name}_directory"] = course.step(name)
    folders.solution_directory = course.step("solution")
    folders.db_url = course.db_url
    # The sources are text: without "*.py" here nbgrader would copy the solutions into the release.
    folders.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.py", ".gitignore"]
    course.database.parent.mkdir(parents=True, exist_ok=True)

    c.Autograde.sanitize_preprocessors = SANITIZE
    c.Autograde.autograde_preprocessors = AUTOGRADE
    c.Autograde.exporter_class = "autograde.grading.reading.TolerantExporter"
    c.GenerateFeedback.preprocessors = FEEDBACK
    server.configure(c)
    c.JudgedExecute.secret_file = str(course.secret)
    c.Execute.timeout = 60
    c.ExportApp.plugin_class = "autograde.export.BetterOfExport"
    c.BetterOfExport.submitted = str(course.folder("submitted"))
    c.BetterOfExport.autograded = str(course.folder("autograded"))
    return c


def put_alembic_on_path() -> None:
    """Let nbgrader find ``alembic``, which it calls by name when it makes a gradebook.

    It lies beside this environment's python, but is not on PATH where the environment is not activated.
    """
    scripts = sysconfig.get_path("scripts")
    if shutil.which("alembic") is None and shutil.which("alembic", path=scripts):
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
