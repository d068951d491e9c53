"""Proof of a release: the solution gets every point and the untouched release none."""

import shutil
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde
from traitlets.config import Config

from autograde import classroom, engine
from autograde.course import Course

SOLVED, UNTOUCHED = "solution", "untouched"


def prove(course: Course, assignment: str, jobs: int | None = None) -> list[str]:
    """Grade the solution and the untouched release; one sentence for every graded cell that is not as it must be.

    ``course`` is a scratch course with the release made. Both are graded twice: by the judge, and by plain
    nbgrader with the visible checks, as on a server without our settings.
    """
    _hand_in(course, assignment, SOLVED, course.sources / assignment)
    _hand_in(course, assignment, UNTOUCHED, course.release / assignment)
    wrong = _graded(course, assignment, engine.TRUSTED, "the judge", jobs)
    shutil.rmtree(course.folder("autograded"))
    return wrong + _graded(course, assignment, plain(), "plain nbgrader", jobs)


def plain() -> Config:
    """Settings that give nbgrader its own preprocessors back."""
    extra = Config()
    own = Autograde.class_traits()
    for name in ("sanitize_preprocessors", "autograde_preprocessors"):
        extra.Autograde[name] = own[name].make_dynamic_default()
    extra.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
    extra.Execute.timeout = 120
    extra.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    return extra


def _hand_in(course: Course, assignment: str, student: str, folder: Path) -> None:
    target = course.folder("submitted") / student / assignment
    shutil.copytree(folder, target, dirs_exist_ok=True)


def _graded(course: Course, assignment: str, extra: Config | None, grader: str, jobs: int | None) -> list[str]:
    done = classroom.grade(course, assignment, [SOLVED, UNTOUCHED], jobs, extra)
    wrong = [f"{grader} cannot grade the {who}: {outcome.reason()}" for who, outcome in done.items() if not outcome.ok]
    if wrong:
        return wrong
    for file in sorted((course.release / assignment).glob("*.ipynb")):
        wrong += _cells(course, assignment, file.stem, grader)
    return wrong


def _cells(course: Course, assignment: str, notebook: str, grader: str) -> list[str]:
    wrong = []
    for name, (score, most) in engine.scores(course, assignment, SOLVED, notebook).items():
        if score is not None and score != most:
            said = _said(course, assignment, notebook, name)
            wrong.append(f"{notebook}: the solution gets {score:g} of {most:g} for {name} from {grader}: {said}")
    for name, (score, most) in engine.scores(course, assignment, UNTOUCHED, notebook).items():
        if score != 0:
            got = "is left to a person" if score is None else f"gets {score:g} of {most:g}"
            wrong.append(f"{notebook}: the untouched release {got} for {name} from {grader}; it must get 0")
    return wrong


def _said(course: Course, assignment: str, notebook: str, name: str) -> str:
    """What stands under the cell of the graded solution."""
    file = course.folder("autograded") / SOLVED / assignment / f"{notebook}.ipynb"
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            texts = [o.get("text") or "\n".join(o.get("traceback", [])) for o in cell.outputs]
            return " ".join(text for text in texts if text).strip() or "no output"
    return "the cell is missing"
