"""Puts the course's cells of a submission back as the course gave them."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from autograde.grading import notes, shown, tricks
from autograde.grading.reading import REASON, too_much_code


class RestoreCells(NbGraderPreprocessor):
    """The submission's own words about its cells count for nothing: ids, points, locks and the text of checks
    come from the gradebook.

    It does the work of nbgrader's DeduplicateIds and OverwriteCells, and never raises because of what a
    student did: a copied cell becomes an ordinary one, a deleted check is put back in its place, an unknown
    id is dropped, tags such as ``skip-execution`` and all outputs go.
    """

    max_code = Integer(1_000_000, help="Characters in all code cells of a notebook together.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        course = resources["nbgrader"]
        notes.reset(nb)
        reason = resources.get(REASON) or too_much_code(nb, self.max_code)
        if reason:
            # Nothing of it is looked at: parsed, its code takes some five hundred times its size in memory.
            nb.cells = []
            notes.of(nb)["unreadable"] = reason
        for sentence in tricks.look(nb):
            notes.problem(nb, sentence)
        notes.of(nb)["claimed"] = tricks.claimed(nb)
        with Gradebook(course["db_url"]) as gradebook:
            given = _given(gradebook.find_notebook(course["notebook"], course["assignment"]))
        drawn = [shown.drawn(cell) for cell in nb.cells]
        for cell in nb.cells:
            _as_ordinary(cell)
        chosen = _choose(nb, given)
        _keep_pictures(nb, {name: drawn[chosen[name]] for name in given if name in chosen}, given)
        for position, cell in enumerate(nb.cells):
            identity = cell.metadata.pop("nbgrader", None)
            if identity and chosen.get(identity) == position:
                _restore(cell, given[identity])
            elif identity in given:
                counts = "the copy with the student's last words counts"
                if given[identity]["metadata"]["locked"]:
                    counts = "what differs from the course's cell counts as the student's own"
                notes.problem(nb, f"cell {identity!r} was copied; {counts}")
        _put_back(nb, given)
        return nb, resources


def _given(notebook: Any) -> dict[str, dict[str, Any]]:
    """What the course gave, by grade_id and in order, as nbgrader's metadata plus ``source``."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    given: dict[str, dict[str, Any]] = {}
    for cell in notebook.source_cells:
        metadata: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
            "grade": cell.name in points,
            "grade_id": cell.name,
            "locked": cell.locked,
            "schema_version": 3,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
        }
        if cell.name in points or cell.name in tasks:
            metadata["points"] = float(points.get(cell.name, tasks.get(cell.name, 0.0)))
        given[cell.name] = {"source": cell.source, "metadata": metadata}
    return given


def _as_ordinary(cell: NotebookNode) -> None:
    """Keep of a cell's metadata the id that it claims (as a plain string), and of its outputs nothing."""
    claimed = cell.metadata.get("nbgrader")
    identity = claimed.get("grade_id") if isinstance(claimed, dict) else None
    cell.metadata = NotebookNode()
    if isinstance(identity, str):
        cell.metadata["nbgrader"] = identity
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None


def _choose(nb: NotebookNode, given: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Which of the cells that claim an id has it: of answers the last with words in it, of the course's own cells the
    last that is as it was given; where there is no such cell, the first.
    """
    chosen: dict[str, int] = {}
    for position, cell in enumerate(nb.cells):
        identity = cell.metadata.get("nbgrader")
        if identity not in given:
            continue
        untouched = cell.source.strip() == given[identity]["source"].strip()
        if identity in chosen and untouched == given[identity]["metadata"]["solution"]:
            continue
        chosen[identity] = position
    return chosen


def _restore(cell: NotebookNode, given: dict[str, Any]) -> None:
    metadata = given["metadata"]
    if cell.cell_type != metadata["cell_type"]:
        cell.cell_type = metadata["cell_type"]
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    if metadata["locked"]:
        cell.source = given["source"]
    cell.metadata["nbgrader"] = NotebookNode(metadata)


def _keep_pictures(nb: NotebookNode, drawn: dict[str, list[str]], given: dict[str, dict[str, Any]]) -> None:
    """Note the pictures of cells that grading may leave out: a person reads what was written about them."""
    kept: dict[str, list[str]] = {}
    room = shown.TOGETHER
    for name, pictures in drawn.items():
        room -= sum(map(len, pictures))
        if pictures and room >= 0 and shown.only_shows(given[name]["metadata"]):
            kept[name] = pictures
    notes.of(nb)["pictures"] = kept


def _put_back(nb: NotebookNode, given: dict[str, dict[str, Any]]) -> None:
    """Put missing locked and graded cells in again, each after the last cell that comes before it.

    A deleted stub stays deleted: it would overwrite what the student wrote in a cell of their own. A cell that only
    shows something is not missed: notebooks that were given out before it was there do not have it.
    """
    place = 0
    for identity, cell in given.items():
        metadata = cell["metadata"]
        positions = {c.metadata["nbgrader"]["grade_id"]: i for i, c in enumerate(nb.cells) if "nbgrader" in c.metadata}
        if identity in positions:
            place = positions[identity] + 1
            continue
        if not (metadata["locked"] or metadata["grade"] or metadata["task"]) or shown.only_shows(metadata):
            continue
        new = new_code_cell if metadata["cell_type"] == "code" else new_markdown_cell
        nb.cells.insert(place, new(cell["source"], id=f"restored-{len(positions)}", metadata={"nbgrader": metadata}))
        place += 1
        if "unreadable" not in notes.of(nb):
            notes.problem(nb, f"cell {identity!r} was missing and has been put back")
