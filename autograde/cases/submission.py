"""From a case of the corpus to the files that such a student hands in."""

import copy
import os
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograde.cases.case import Case
from autograde.errors import CourseError
from autograde.release.markers import MARKERS

#: Characters that a file's name may not have there.
REFUSED_BY_WINDOWS = set('<>:"|?*\n')


def hand_in(case: Case, released: Path, solved: Path, folder: Path, prose: bool = False) -> None:
    """Write the submission of ``case`` into ``folder``.

    ``released`` and ``solved`` are the assignment's folders with the student release and the solutions.
    ``prose`` fills in the written answers, too, which a person must grade.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in case.edit.get("files", {}).items():
        if os.name != "nt" or not set(name) & REFUSED_BY_WINDOWS:
            (folder / name).write_text(content, encoding="utf-8")
    for name, target in case.edit.get("links", {}).items():
        (folder / name).symlink_to(target)
    if case.edit.get("missing"):
        (folder / "notes.txt").write_text("I could not find the notebook.\n", encoding="utf-8")
        return
    file = folder / f"{case.notebook}.ipynb"
    if file.is_symlink():
        return
    if "raw" in case.edit:
        file.write_text(case.edit["raw"], encoding="utf-8")
        return
    nb = nbformat.read(released / file.name, as_version=4)
    answers = nbformat.read(solved / file.name, as_version=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat's about old formats
        nbformat.write(submission(case, nb, answers, prose), file, version=case.edit.get("format", 4))
    if "megabytes" in case.edit:
        with file.open("ab") as stream:
            stream.write(b" " * (case.edit["megabytes"] * 2**20))


def submission(case: Case, released: NotebookNode, solved: NotebookNode, prose: bool = False) -> NotebookNode:
    """The release, filled in with the solution (or left as it is), with what the student wrote and did."""
    nb = copy.deepcopy(released)
    if case.fill == "solution":
        answers = {_id(cell): cell.source for cell in solved.cells if _solution(cell)}
        for cell in nb.cells:
            if _solution(cell) and _id(cell) in answers and (prose or cell.cell_type == "code"):
                cell.source = _unmarked(answers[_id(cell)])
    for written in case.written:
        position = _find(nb, written.name, case)
        if written.where == "in":
            nb.cells[position].source = written.source
        else:
            nb.cells.insert(position + (written.where == "after"), new_code_cell(written.source))
    _edit(nb, case)
    return nb


def _unmarked(source: str) -> str:
    """The source without the course's marker lines, which no student has."""
    return "\n".join(line for line in source.split("\n") if line.strip() not in MARKERS)


def _edit(nb: NotebookNode, case: Case) -> None:
    for name, tags in case.edit.get("tag", {}).items():
        nb.cells[_find(nb, name, case)].metadata["tags"] = tags
    for name, value in case.edit.get("forge", {}).items():
        cell = nb.cells[_find(nb, name, case)]
        cell.outputs = [new_output("execute_result", data={"text/plain": value}, execution_count=1)]
    for name in case.edit.get("copy", []):
        position = _find(nb, name, case)
        twin = copy.deepcopy(nb.cells[position])
        twin["id"] = f"{twin['id']}-copy"[:64]
        nb.cells.insert(position + 1, twin)
    for name in case.edit.get("last", []):
        nb.cells.append(nb.cells.pop(_find(nb, name, case)))
    if "kernel" in case.edit:
        nb.metadata["kernelspec"] = {"name": case.edit["kernel"], "display_name": "another", "language": "none"}
    for name in case.edit.get("delete", []):
        del nb.cells[_find(nb, name, case)]


def _find(nb: NotebookNode, name: str, case: Case) -> int:
    for position, cell in enumerate(nb.cells):
        if _id(cell) == name:
            return position
    raise CourseError(f"{case.assignment}/{case.name}: {case.notebook} has no cell {name!r}.")


def _id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))
