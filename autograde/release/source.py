"""Reading an instructor's notebook: py:percent text in, a notebook for nbgrader out."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from autograde.errors import CourseError
from autograde.release.markers import Region, regions
from sgdkit import checks

SCHEMA_VERSION = 3
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

_HEADER = re.compile(r"^# %%.*\bnbgrader\b")


@dataclass(frozen=True)
class Source:
    """One source notebook: its file, its notebook with solutions, and the regions students must not see."""

    file: Path
    notebook: NotebookNode
    regions: tuple[Region, ...]

    @property
    def name(self) -> str:
        return self.file.stem


def read(file: Path) -> Source:
    """Read and examine one source notebook.

    Raises CourseError, with file and line where there is one, for everything in it that nbgrader would take
    in silence: mistyped markers, metadata that does not parse, ids used twice, check cells without an
    exercise, points that differ from the exercise's.
    """
    text = file.read_text(encoding="utf-8")
    marked = regions(text, file)
    notebook = jupytext.reads(text, fmt="py:percent")
    intended = sum(1 for line in text.splitlines() if _HEADER.match(line))
    understood = [cell for cell in notebook.cells if isinstance(cell.metadata.get("nbgrader"), dict)]
    if intended != len(understood):
        line = next(i for i, line in enumerate(text.splitlines(), 1) if _HEADER.match(line) and not _parses(line))
        raise CourseError(f'{file}:{line}: the cell\'s nbgrader={{…}} is not JSON; write it as {{"grade": true, …}}.')
    for cell in understood:
        _complete(cell, file)
    _examine(notebook, file)
    _name_cells(notebook)
    notebook.metadata = NotebookNode(
        generated=f"from solutions/{file.parent.name}/{file.name} by: python -m autograde release",
        kernelspec=dict(KERNEL),
        language_info={"name": "python"},
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return Source(file, notebook, tuple(marked))


def _parses(line: str) -> bool:
    cell = jupytext.reads(line + "\npass\n", fmt="py:percent").cells[0]
    return isinstance(cell.metadata.get("nbgrader"), dict)


def _complete(cell: NotebookNode, file: Path) -> None:
    """Fill in what nbgrader's metadata leaves no choice about."""
    given = dict(cell.metadata["nbgrader"])
    if not given.get("grade_id"):
        raise CourseError(f"{file}: a cell with nbgrader metadata has no grade_id: {cell.source[:60]!r}.")
    full: dict[str, Any] = {"grade": False, "locked": False, "solution": False, "task": False} | given
    full["schema_version"] = SCHEMA_VERSION
    unknown = set(full) - {"grade", "grade_id", "locked", "points", "schema_version", "solution", "task", "cell_type"}
    if unknown:
        raise CourseError(f"{file}: cell {full['grade_id']!r} has unknown nbgrader metadata {sorted(unknown)}.")
    if full["grade"] and "points" not in full:
        raise CourseError(f"{file}: cell {full['grade_id']!r} is graded and has no points.")
    cell.metadata["nbgrader"] = NotebookNode({key: full[key] for key in sorted(full)})


def _examine(notebook: NotebookNode, file: Path) -> None:
    seen: set[str] = set()
    asked: set[str] = set()
    assignment, name = file.parent.name, file.stem
    known = {exercise.name: exercise for exercise in checks.exercises(assignment, name)}
    for cell in notebook.cells:
        data = cell.metadata.get("nbgrader")
        if not data:
            continue
        identity = data["grade_id"]
        if identity in seen:
            raise CourseError(f"{file}: grade_id {identity!r} is used for two cells.")
        seen.add(identity)
        if not identity.startswith("check-"):
            continue
        exercise = known.get(identity.removeprefix("check-"))
        if exercise is None:
            listed = ", ".join(known) or "none"
            raise CourseError(f"{file}: cell {identity!r} has no exercise; sgdkit.checks has {listed} for {name}.")
        if not (data["grade"] and data["locked"]):
            raise CourseError(f"{file}: cell {identity!r} must have grade and locked true.")
        if float(data["points"]) != exercise.points:
            raise CourseError(
                f"{file}: cell {identity!r} has {data['points']} points, its exercise {exercise.points:g}."
            )
        if cell.source.strip() != f'check("{exercise.id}")':
            raise CourseError(f'{file}: cell {identity!r} must be check("{exercise.id}") and nothing else.')
        asked.add(exercise.name)
    missing = [exercise for exercise in known if exercise not in asked]
    if missing:
        raise CourseError(f"{file}: no check cell for {', '.join(missing)}.")


def _name_cells(notebook: NotebookNode) -> None:
    """Give every cell an id that depends on the cell alone, so that an edit changes one cell of the release."""
    used: set[str] = set()
    for cell in notebook.cells:
        data = cell.metadata.get("nbgrader")
        if data:
            base = re.sub(r"[^A-Za-z0-9_-]", "-", data["grade_id"])[:56]
        else:
            base = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        name, number = base, 2
        while name in used:
            name, number = f"{base}-{number}", number + 1
        used.add(name)
        cell["id"] = name


def to_json(notebook: NotebookNode) -> str:
    """The notebook as text, the same bytes for the same notebook whatever the Python version."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def write(source: Source, folder: Path) -> Path:
    """Write the notebook with its solutions into ``folder``; left alone where it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{source.name}.ipynb"
    text = to_json(source.notebook)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8", newline="\n")
    return target
