"""Grades a corpus as a class is graded, and says where an outcome is not the expected one."""

import ast
import copy
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
from traitlets.config import Config

from autograde import classroom, engine, table
from autograde.cases.case import Case
from autograde.cases.submission import hand_in
from autograde.course import Course
from autograde.engine import Outcome
from autograde.release.source import Source

#: Exercises that are compared only where a case says what they get.
NEEDS_TRAINING = ("report",)


@dataclass
class Result:
    """What one case got. ``wrong`` lists what is not as expected; ``misconceptions`` what the judge named.

    ``unsaid``: exercises whose message lacks expected words; ``skipped``: exercises that were not compared.
    """

    case: Case
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    misconceptions: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    unsaid: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)


def examine(
    course: Course,
    assignment: str,
    cases: list[Case],
    jobs: int | None = None,
    extra: Config | None = None,
) -> list[Result]:
    """Hand in and grade these cases in ``course``, a scratch course with the release made; one result each."""
    for case in cases:
        folder = course.folder("submitted") / case.name / assignment
        hand_in(case, course.release / assignment, course.sources / assignment, folder)
    settings = Config(engine.TRUSTED)
    settings.merge(extra or Config())
    outcomes = classroom.grade(course, assignment, [case.name for case in cases], jobs, settings)
    exported = {row["student_id"]: row for row in table.rows(course, assignment)}
    return [_compare(course, case, outcomes[case.name], exported[case.name]) for case in cases]


def lean(sources: list[Source]) -> list[Source]:
    """The same notebooks without what only shows something: text, pictures, the training of the real network.

    What is left are definitions, solutions and checks, so that many cases are graded in the time of a few. An
    exercise that needs the training cannot be judged then (see ``NEEDS_TRAINING``).
    """
    return [replace(source, notebook=_lean(source.notebook)) for source in sources]


def _lean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    short = copy.deepcopy(notebook)
    short.cells = [cell for cell in short.cells if _needed(cell)]
    return short


def _needed(cell: nbformat.NotebookNode) -> bool:
    data = cell.metadata.get("nbgrader", {})
    if data.get("solution") or data.get("grade"):
        return True
    if cell.cell_type != "code":
        return False
    keep = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return bool(data) and any(isinstance(node, keep) for node in ast.parse(cell.source).body)


def _compare(course: Course, case: Case, outcome: Outcome, row: dict[str, Any]) -> Result:
    result = Result(case)
    if case.refused:
        _expect_status(result, row)
        return result
    if not outcome.ok:
        result.wrong.append(f"it was not graded: {outcome.reason()}")
        return result
    got = engine.scores(course, case.assignment, case.name, case.notebook)
    nb = nbformat.read(
        course.folder("autograded") / case.name / case.assignment / f"{case.notebook}.ipynb", as_version=4
    )
    verdicts = nb.metadata.get("sgdkit", {}).get("verdicts", {})
    for cell, (score, most) in got.items():
        if not cell.startswith("check-"):
            continue
        name = cell.removeprefix("check-")
        message = _shown(nb, cell)
        result.points[name] = (score or 0.0, most)
        named = verdicts.get(f"{case.assignment}/{case.notebook}/{name}", {}).get("misconception")
        if named:
            result.misconceptions[name] = named
        if name in NEEDS_TRAINING and name not in case.points and "*" not in case.points:
            result.skipped.add(name)
            continue
        compare(result, name, message)
    for name in [*case.says, *case.points]:
        if name != "*" and name not in result.points:
            result.wrong.append(f"{name}: {case.notebook} has no such exercise")
    _expect_status(result, row)
    return result


def compare(result: Result, name: str, message: str) -> None:
    """Note what is not as expected about one exercise, whose points are in the result already."""
    case, (score, most) = result.case, result.points[name]
    if score != case.expected(name, most):
        result.wrong.append(f"{name}: {score} points instead of {case.expected(name, most):g}: {message}")
    for words in case.says.get(name, []):
        if words.lower() not in " ".join(message.lower().split()):
            result.wrong.append(f"{name}: the message should say {words!r}, but says: {message}")
            result.unsaid.add(name)


def _expect_status(result: Result, row: dict[str, Any]) -> None:
    case = result.case
    if case.status and row["status"] != case.status:
        result.wrong.append(f"status {row['status']!r} instead of {case.status!r} ({row['reason']})")
    for words in case.reason:
        if words.lower() not in row["reason"].lower():
            result.wrong.append(f"the reason should say {words!r}, but says: {row['reason']!r}")


def _shown(nb: nbformat.NotebookNode, name: str) -> str:
    """The text under a cell."""
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            return " ".join(output.get("text", "") for output in cell.outputs).strip()
    return ""


def summary(results: list[Result]) -> str:
    """What is wrong, case by case, or one line that all is well."""
    bad = [result for result in results if result.wrong]
    if not bad:
        return f"all {len(results)} cases came out as expected"
    lines = [f"{len(bad)} of {len(results)} cases did not come out as expected:"]
    for result in bad:
        lines += [f"{result.case.name} ({result.case.title})"] + [f"    {line}" for line in result.wrong]
    return "\n".join(lines)
