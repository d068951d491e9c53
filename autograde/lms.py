"""Grades as the CSV files that Canvas and Moodle import.

Both take one number for each student, so that scores of notebooks with different maxima are brought to one: ``out_of``.
A cell is empty where there is no grade. Canvas then takes away a grade that it has; Moodle leaves it.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograde.collecting.roster import Person, Roster
from autograde.errors import CourseError
from autograde.export import BY_HAND, NOT_GRADED, NOT_SUBMITTED, harmless

POINTS = "Points Possible"
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
PLATFORMS = ("canvas", "moodle")


@dataclass
class Sheet:
    """A table to be written, and what to tell about it: (student, why) for each list. noted: grades with a reason to
    look, such as a notebook that could not be read beside one with full marks, or grading that stopped early.
    """

    columns: list[str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    blank: list[tuple[str, str]] = field(default_factory=list)
    provisional: list[tuple[str, str]] = field(default_factory=list)
    noted: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def write(self, target: Path) -> None:
        """Write the CSV file. Raises CourseError where it cannot be written."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, self.columns, restval="")
                writer.writeheader()
                writer.writerows({key: harmless(value) for key, value in line.items()} for line in self.lines)
        except OSError as error:
            raise CourseError(f"{target} cannot be written ({error.strerror}); name another file with --to.") from error


@dataclass(frozen=True)
class Wish:
    """What the instructor wants. out_of: points that the platform gives, 0 for what fits. column: the assignment's
    title in the platform. final_only: no grade before a person has marked the written answers. missing_zero: 0 for
    who handed in nothing.
    """

    out_of: float = 0.0
    column: str = ""
    final_only: bool = False
    missing_zero: bool = False


def sheet(platform: str, rows: Sequence[dict[str, Any]], roster: Roster | None, wish: Wish) -> Sheet:
    """The table for "canvas" or "moodle" from the export's rows (see autograde.export.COLUMNS).

    With a roster it has the roster's people, in its order; without one everybody in the rows.
    """
    assignments = list(dict.fromkeys(row["assignment"] for row in rows))
    if wish.column and len(assignments) > 1:
        raise CourseError(f"--column names one assignment; there are {', '.join(assignments)}: name the one to export.")
    people = roster.people if roster else list(_people(rows).values())
    columns = roster.columns if roster else []
    worksheet = platform == "moodle" and "identifier" in map(_plain, columns)
    if worksheet and len(assignments) > 1:
        raise CourseError("A grading worksheet is of one assignment: name the one to export.")
    by_student = {(row["student_id"], row["assignment"]): row for row in rows}
    made = Sheet([])
    if roster:
        known = {person.id for person in people}
        made.unknown = sorted({row["student_id"] for row in rows} - known)
    grades = _Columns(made, platform, worksheet, columns)
    if platform == "canvas":
        made.columns = list(CANVAS)
        made.lines.append({"Student": POINTS})
        about = _in_canvas
    elif worksheet:
        made.columns = list(columns)
        about = _as_in_roster
    else:
        made.columns = ["ID number", "First name", "Last name", "Email address"]
        about = _in_moodle
    lines = [about(person) for person in people]
    for name in assignments:
        mine = [row for row in rows if row["assignment"] == name]
        out_of = wish.out_of or _maximum(mine, people if worksheet else [], made)
        title = wish.column or grades.title(name)
        feedback = grades.feedback(name)
        made.columns += [column for column in (title, feedback) if column and column not in made.columns]
        if platform == "canvas":
            made.lines[0][title] = _number(out_of)
        for person, line in zip(people, lines, strict=True):
            row = by_student.get((person.id, name))
            line[title] = _grade(person.id, name, row, out_of, wish, made)
            if feedback:
                line[feedback] = _feedback(row, line[title])
    made.lines += lines
    return made


@dataclass
class _Columns:
    """The names of the columns for grades and feedback."""

    made: Sheet
    platform: str
    worksheet: bool
    known: list[str]

    def title(self, assignment: str) -> str:
        """As the platform calls the assignment, where the roster tells that; the assignment's own name otherwise."""
        if self.worksheet:
            return next((column for column in self.known if _plain(column) == "grade"), "Grade")
        if self.platform == "moodle":
            return assignment
        titled = [
            c for c in self.known if re.fullmatch(rf"{re.escape(assignment)}\s*\(\d+\)", c.strip(), re.IGNORECASE)
        ]
        if titled:
            return titled[0]
        self.made.notes.append(
            f'The column is called "{assignment}". Canvas knows an assignment by the number at the end of the title, '
            f'such as "{assignment} (90210)", and makes a new '
            "one otherwise: give it with --column, or a fresh gradebook export as --roster."
        )
        return assignment

    def feedback(self, assignment: str) -> str:
        """The column for feedback, "" where the platform takes none."""
        if self.platform == "canvas":
            return ""
        if self.worksheet:
            return next((column for column in self.known if _plain(column) == "feedbackcomments"), "Feedback comments")
        return f"{assignment} feedback"


def _grade(student: str, assignment: str, row: dict[str, Any] | None, out_of: float, wish: Wish, made: Sheet) -> Any:
    """The number for the platform, or "" and a word about it in the sheet's lists."""
    status = row["status"] if row else NOT_SUBMITTED
    if row is None or status == NOT_SUBMITTED:
        made.missing.append(student)
        return 0 if wish.missing_zero else ""
    if status == NOT_GRADED or row["score"] == "" or not row["max_score"]:
        made.blank.append((f"{student}, {assignment}", row["reason"] or "not graded"))
        return ""
    if row["reason"]:
        made.noted.append((f"{student}, {assignment}", row["reason"]))
    if status == BY_HAND:
        made.provisional.append((f"{student}, {assignment}", row["notebooks"]))
        if wish.final_only:
            return ""
    return _number(row["score"] / row["max_score"] * out_of)


def _maximum(rows: Sequence[dict[str, Any]], people: Sequence[Person], made: Sheet) -> float:
    """Of what the grades are: the platform's maximum where the worksheet has it, the notebooks' own, or 100."""
    told = {value for person in people for key, value in person.row.items() if _plain(key) == "maximumgrade"}
    try:
        if len(told) == 1:
            return float(told.pop().replace(",", "."))
    except ValueError:
        pass
    most = {
        float(row["max_score"])
        for row in rows
        if row["max_score"] and row["score"] != "" and row["status"] != NOT_SUBMITTED
    }
    if len(most) == 1:
        return most.pop()
    if most:
        made.notes.append("The notebooks have different maxima, so the grades are given out of 100 (see --out-of).")
    return 100.0


def _feedback(row: dict[str, Any] | None, grade: Any) -> str:
    """One line for the student. Reasons beside a grade are for the instructor; those for no grade are the student's."""
    if row is None or row["status"] == NOT_SUBMITTED:
        return ""
    if row["status"] == NOT_GRADED:
        return f"Not graded: {row['reason']}"
    provisional = "; the written answers are not marked yet" if row["status"] == BY_HAND else ""
    return f"{row['notebooks']}{provisional}"


def _people(rows: Sequence[dict[str, Any]]) -> dict[str, Person]:
    return {
        row["student_id"]: Person(row["student_id"], row["first_name"], row["last_name"], row["email"]) for row in rows
    }


def _in_canvas(person: Person) -> dict[str, Any]:
    told = {column: person.row.get(column, "") for column in CANVAS}
    name = ", ".join(part for part in (person.last_name, person.first_name) if part)
    told["Student"] = told["Student"] or name or person.id
    told["ID"] = person.lms_id
    if not any(told[column] for column in CANVAS[1:4]):
        told["SIS Login ID"] = person.id
    return told


def _as_in_roster(person: Person) -> dict[str, Any]:
    return dict(person.row)


def _in_moodle(person: Person) -> dict[str, Any]:
    number = next((value for key, value in person.row.items() if _plain(key) == "idnumber"), "")
    return {
        "ID number": number or ("" if person.email else person.id),
        "First name": person.first_name,
        "Last name": person.last_name,
        "Email address": person.email,
    }


def _number(value: float) -> float | int:
    value = round(float(value), 2)
    return int(value) if value.is_integer() else value


def _plain(column: str) -> str:
    return re.sub(r"[^a-z]", "", column.casefold())
