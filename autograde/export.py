"""Grades as CSV, with the better of two alternatives counted and every missing grade explained."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin
from traitlets import List, Unicode

from autograde.grading import origin
from autograde.names import misnamed, printable, unusable

GRADED = "graded"
PROBLEMS = "graded, see reason"
BY_HAND = "needs manual grading"
NOT_GRADED = "not graded"
NOT_SUBMITTED = "not submitted"

#: The reason where the grade that there is belongs to what was handed in before.
AGAIN = "handed in again since it was graded: grade it again"

COLUMNS = (
    "assignment",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "status",
    "score",
    "max_score",
    "percent",
    "counted",
    "notebooks",
    "raw_score",
    "late_submission_penalty",
    "reason",
    "duedate",
    "timestamp",
)


@dataclass
class Part:
    """One notebook of one submission. ``score`` is None where it was not handed in or could not be graded."""

    name: str
    max_score: float
    score: float | None = None
    penalty: float = 0.0
    handed_in: bool = True
    by_hand: bool = False
    reasons: list[str] = field(default_factory=list)

    @property
    def lost(self) -> bool:
        """Whether it was handed in and has no score."""
        return self.handed_in and self.score is None

    @property
    def net(self) -> float:
        """The score after a late penalty, at least 0."""
        return max(0.0, (self.score or 0.0) - self.penalty)

    @property
    def share(self) -> float:
        """The net score as a share of this notebook's own maximum."""
        return self.net / self.max_score if self.max_score else 0.0

    def text(self) -> str:
        """Such as "easy 17/20"."""
        if self.score is None:
            return f"{self.name} {'not graded' if self.handed_in else 'not handed in'}"
        return f"{self.name} {self.net:g}/{self.max_score:g}"


class BetterOfExport(ExportPlugin):
    """nbgrader export plugin: one row for every student and assignment.

    Where an assignment offers alternatives (``easy`` and ``hard``), the better one counts, measured as a share
    of its own maximum; other notebooks add up. ``status`` says how far the grade can be trusted and ``reason``
    why; the score of a submission that could not be graded is empty, never 0. That holds also where one notebook of
    several could not be, unless the alternative to it has full marks. Assignments without points are left out.
    """

    alternatives = List(
        List(Unicode()), [["easy", "hard"]], help="Groups of notebooks of which the better one counts."
    ).tag(config=True)
    submitted = Unicode("", help="Folder of the submissions, to find those that were never graded.").tag(config=True)
    autograded = Unicode("", help="Folder of the graded notebooks, where the grader's notes are.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the CSV file that ``--to`` names (default: grades.csv)."""
        target = Path(self.to or "grades.csv")
        rows = self.rows(gradebook)
        with open(target, "w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)
        self.log.info("Exported %d grades to %s", len(rows), target)

    def rows(self, gradebook: Gradebook) -> list[dict[str, Any]]:
        """One dict with the keys of COLUMNS for every student and assignment, in order."""
        found = []
        students = {student.id: student for student in gradebook.students}
        for assignment in gradebook.assignments:
            if self.assignment and assignment.name not in map(str, self.assignment):
                continue
            if assignment.notebooks and not assignment.max_score:
                continue  # such as the playground: there is nothing to hand in
            everybody = sorted(students.keys() | self._handed_in(assignment.name))
            for name in everybody:
                if self.student and name not in map(str, self.student):
                    continue
                row = dict.fromkeys(COLUMNS, "")
                row |= {"assignment": assignment.name, "student_id": name, "duedate": assignment.duedate or ""}
                if name in students:
                    for key in ("last_name", "first_name", "email"):
                        row[key] = getattr(students[name], key) or ""
                found.append(row | self._grade(gradebook, assignment, name))
        return found

    def _handed_in(self, assignment: str) -> set[str]:
        if not self.submitted:
            return set()
        found = {folder.parent.name for folder in Path(self.submitted).glob(f"*/{assignment}") if folder.is_dir()}
        for name in sorted(filter(unusable, found)):
            self.log.warning("%s is left out: rename the folder to the student's id", printable(name))
        return {name for name in found if not unusable(name)}

    def _grade(self, gradebook: Gradebook, assignment: Any, student: str) -> dict[str, Any]:
        try:
            submission = gradebook.find_submission(assignment.name, student)
        except MissingEntry:
            return self._without_grade(assignment, student)
        parts = [self._part(notebook, assignment.name, student) for notebook in submission.notebooks]
        counted = self._count(parts)
        graded = [part for part in counted if part.score is not None]
        reasons = [f"{part.name}: {reason}" for part in parts for reason in part.reasons]
        lost = [part for part in parts if part.lost]
        undecided = [part for part in lost if not self._outdone(part, parts)]
        most = sum(part.max_score for part in counted)
        row: dict[str, Any] = {
            "timestamp": submission.timestamp or "",
            "max_score": most,
            "notebooks": "; ".join(part.text() for part in parts),
            "reason": "; ".join(reasons),
        }
        if undecided:  # what the grader noted about the others is not the reason, and not for the student
            reason = "; ".join(f"{part.name}: {reason}" for part in undecided for reason in part.reasons)
            return row | {"status": NOT_GRADED, "reason": reason}
        if not any(part.handed_in for part in parts):
            reason = self._misnamed(assignment, student) or "no notebook of the assignment was handed in"
            return row | {"status": NOT_GRADED, "reason": reason}
        score = sum(part.net for part in graded)
        status = GRADED
        if reasons or lost:
            status = PROBLEMS
        if any(part.by_hand for part in counted):
            status = BY_HAND
        return row | {
            "status": status,
            "score": score,
            "percent": round(100 * score / most, 1) if most else "",
            "counted": " + ".join(part.name for part in graded),
            "raw_score": sum(part.score or 0.0 for part in graded),
            "late_submission_penalty": sum(part.penalty for part in graded),
        }

    def _without_grade(self, assignment: Any, student: str) -> dict[str, Any]:
        folder = Path(self.submitted) / student / assignment.name if self.submitted else None
        if folder is None or not folder.is_dir():
            return {"status": NOT_SUBMITTED, "score": 0.0, "max_score": "", "reason": "nothing was handed in"}
        later = f"not autograded yet: nbgrader autograde {assignment.name} --student {student}"
        return {"status": NOT_GRADED, "reason": self._misnamed(assignment, student) or later}

    def _misnamed(self, assignment: Any, student: str) -> str:
        if not self.submitted:
            return ""
        wanted = [f"{notebook.name}.ipynb" for notebook in assignment.notebooks]
        folder = Path(self.submitted) / student / assignment.name
        return "; ".join(filter(None, [misnamed(folder, wanted), _not_collected(folder)]))

    def _part(self, notebook: Any, assignment: str, student: str) -> Part:
        part = Part(notebook.name, float(notebook.max_score), penalty=float(notebook.late_submission_penalty or 0.0))
        file = Path(student) / assignment / f"{notebook.name}.ipynb"
        if self.submitted and not (Path(self.submitted) / file).exists():
            part.handed_in = False
            return part
        notes: dict[str, Any] = {}
        if self.autograded:
            graded = Path(self.autograded) / file
            if not graded.exists():
                part.reasons.append("it is not autograded, or could not be: grade it again, which says why")
                return part
            found = _notes(graded)
            if found is None:
                part.reasons.append("the graded notebook is damaged: grade it again")
                return part
            notes = found
        if self.submitted and origin.changed(notes, Path(self.submitted) / file):
            part.reasons.append(AGAIN)
            return part
        # A person decides by points for what has an automatic score: neither by marking a written answer, nor by points
        # for an earlier submission, which are to be looked at again.
        by_person = any(
            grade.manual_score is not None and grade.auto_score is not None and not grade.needs_manual_grade
            for grade in notebook.grades
        )
        unjudged = notes.get("unreadable") or notes.get("unjudged")
        if unjudged:
            part.reasons.append(unjudged)
            if not by_person:
                return part
        part.score = float(notebook.score)
        part.by_hand = bool(notebook.needs_manual_grade)
        part.reasons += notes.get("problems", [])
        return part

    def _outdone(self, lost: Part, parts: list[Part]) -> bool:
        """Whether an alternative has full marks, so that the lost notebook could not have been better."""
        beside = {name for names in self.alternatives if lost.name in names for name in names}
        return any(part.name in beside and part.score is not None and part.share >= 1 for part in parts)

    def _count(self, parts: list[Part]) -> list[Part]:
        """Of each group of alternatives the best, and everything else."""
        counted = list(parts)
        for names in self.alternatives:
            group = [part for part in parts if part.name in names]
            if len(group) < 2:
                continue
            best = max(group, key=lambda part: (part.score is not None, part.share, part.handed_in))
            counted = [part for part in counted if part not in group or part is best]
        return counted


def _notes(graded: Path) -> dict[str, Any] | None:
    """What the grader noted about a notebook; None where the file is damaged, as a full disk leaves it."""
    try:
        return dict(json.loads(graded.read_text(encoding="utf-8"))["metadata"].get("sgdkit", {}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _not_collected(folder: Path) -> str:
    """What ``collect`` could not open of this submission, and why."""
    told = folder / "not-collected.txt"
    return "; ".join(told.read_text(encoding="utf-8").splitlines()) if told.is_file() else ""


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets a quote in front."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
