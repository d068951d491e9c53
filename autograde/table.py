"""The grades of a course, as the export plugin sees them: written as CSV or shown in a terminal."""

import textwrap
from pathlib import Path
from typing import Any

from autograde import engine
from autograde.course import Course
from autograde.errors import CourseError
from autograde.export import BetterOfExport


def rows(course: Course, *assignments: str) -> list[dict[str, Any]]:
    """One dict with the export's columns per student and assignment (default: all assignments)."""
    plugin = _plugin(course, list(assignments))
    with engine.gradebook(course) as book:
        return plugin.rows(book)


def export(course: Course, assignments: list[str], target: Path) -> None:
    """Write the CSV file. Raises CourseError where it cannot be written."""
    plugin = _plugin(course, assignments)
    plugin.to = str(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with engine.gradebook(course) as book:
            plugin.export(book)
    except OSError as error:
        raise CourseError(f"{target} cannot be written ({error.strerror}); name another file with --to.") from error


def _plugin(course: Course, assignments: list[str]) -> BetterOfExport:
    plugin = BetterOfExport(config=engine.settings(course))
    plugin.assignment = assignments
    return plugin


def show(table: list[dict[str, Any]], width: int = 60) -> str:
    """The table for a terminal: who, how many points, in which notebook, and what is the matter."""
    if not table:
        return "No grades yet."
    head = ("student", "assignment", "score", "counted", "status", "notebooks")
    lines = [head]
    for row in table:
        score = "-" if row["score"] == "" else f"{row['score']:g} of {row['max_score']:g}" if row["max_score"] else "0"
        lines.append(
            (row["student_id"], row["assignment"], score, row["counted"] or "-", row["status"], row["notebooks"] or "-")
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = []
    for number, line in enumerate(lines):
        text.append("  ".join(part.ljust(wide) for part, wide in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            text.append("  ".join("-" * wide for wide in widths))
        elif table[number - 1]["reason"]:
            reason = textwrap.shorten(table[number - 1]["reason"], 2 * width, placeholder=" …")
            text.append(f"    {reason}")
    return "\n".join(text)
