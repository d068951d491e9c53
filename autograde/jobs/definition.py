"""What the course knows of an assignment, without anything about anybody who handed it in."""

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets.config import Config

from autograde.course import Course
from autograde.errors import CourseError
from autograde.jobs import files
from autograde.jobs.files import Files

MB = 2**20
#: Of the gradebook's tables those rows that belong to one assignment. All others stay empty.
ROWS = {
    "alembic_version": "",
    "course": "WHERE id = (SELECT course_id FROM main.assignment)",
    "notebook": "WHERE assignment_id = (SELECT id FROM main.assignment)",
    "base_cell": "WHERE notebook_id IN (SELECT id FROM main.notebook)",
    "source_cell": "WHERE notebook_id IN (SELECT id FROM main.notebook)",
    "grade_cells": "WHERE id IN (SELECT id FROM main.base_cell)",
    "solution_cells": "WHERE id IN (SELECT id FROM main.base_cell)",
    "task_cells": "WHERE id IN (SELECT id FROM main.base_cell)",
}
#: The same by value, without nbgrader's random ids.
VALUES = (
    "SELECT name, kernelspec FROM notebook",
    "SELECT n.name, c.name, cell_type, locked, source, checksum"
    " FROM source_cell c JOIN notebook n ON n.id = notebook_id",
    "SELECT n.name, b.name, type, g.max_score, g.cell_type, t.max_score, t.cell_type"
    " FROM base_cell b JOIN notebook n ON n.id = notebook_id"
    " LEFT JOIN grade_cells g ON g.id = b.id LEFT JOIN task_cells t ON t.id = b.id",
)


@dataclass(frozen=True)
class Definition:
    """An assignment as its graders must know it.

    ``database`` is a gradebook (an SQLite file) that holds the assignment's cells and nobody's submission;
    ``files`` lie beside the source notebooks and replace a student's; ``digest`` changes when any of it does.
    """

    assignment: str
    notebooks: tuple[str, ...]
    database: bytes
    files: Files
    digest: str


def define(course: Course, assignment: str, settings: Config) -> Definition:
    """Read an assignment from the course's gradebook and sources. Raises CourseError where it is not recorded."""
    with closing(sqlite3.connect(":memory:", uri=True, isolation_level=None)) as book:
        book.execute("ATTACH ? AS course", (course.database.resolve().as_uri() + "?mode=ro",))
        made = "SELECT sql FROM course.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (statement,) in book.execute(made).fetchall():
            book.execute(statement)
        book.execute("INSERT INTO main.assignment SELECT * FROM course.assignment WHERE name = ?", (assignment,))
        for table, rows in ROWS.items():
            book.execute(f"INSERT INTO main.{table} SELECT * FROM course.{table} {rows}")
        # Being late is the recorder's, which knows about extensions.
        book.execute("UPDATE main.assignment SET duedate = NULL")
        book.execute("DETACH course")
        names = tuple(name for (name,) in book.execute("SELECT name FROM notebook ORDER BY name"))
        values = [sorted(map(repr, book.execute(query))) for query in VALUES]
        database = book.serialize()
    if not names:
        raise CourseError(
            f"The gradebook {course.database} holds no notebooks of {assignment}: record the assignment first "
            f"(nbgrader generate_assignment {assignment}, in the course's folder)."
        )
    beside = files.read(course.sources / assignment, _beside(course, assignment, settings), 2**62)
    told = [values, sorted((name, hashlib.sha256(_bytes(content)).hexdigest()) for name, content in beside.items())]
    digest = hashlib.sha256(json.dumps([assignment, told]).encode()).hexdigest()
    return Definition(assignment, names, database, beside, digest)


def _beside(course: Course, assignment: str, settings: Config) -> list[str]:
    return extra_files(course.sources / assignment, CourseDirectory(config=settings))


def extra_files(folder: Path, coursedir: CourseDirectory) -> list[str]:
    """The files that nbgrader takes over beside notebooks, as paths with forward slashes."""
    found = find_all_files(str(folder), [*coursedir.ignore, "*.ipynb"])
    return sorted(Path(name).relative_to(folder).as_posix() for name in found)


def _bytes(content: bytes | int) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()
