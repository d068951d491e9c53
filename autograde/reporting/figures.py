"""The numbers and sentences of a class report, from the gradebook, the grader's notes and what was handed in."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from autograde import table
from autograde.course import Course
from autograde.export import BY_HAND, GRADED, NOT_GRADED, NOT_SUBMITTED
from autograde.grading import notes, origin
from sgdkit import checks

#: What the judge calls an answer that shows no particular mistake, in words for an instructor.
GENERAL = {
    "unwritten": "Not written yet: the gap is as it was handed out.",
    "missing": "The name that the check looks for is not defined.",
    "raised": "The code stops with an exception.",
    "timeout": "The code does not end within its time limit.",
    "type": "Something comes back that is no number or array of numbers.",
    "shape": "The result has the wrong shape.",
    "not finite": "The result has infinities or NaNs.",
    "no return": "Nothing is returned.",
    "changes its input": "The code changes the arrays that it is given.",
    "noisy": "The code prints very much.",
    "processes left behind": "Processes still run after the code has returned.",
    "asks for input": "The code asks for something to be typed.",
    "borrowed": "The answer uses the kit's own version of what was to be written.",
    "unjudged": "The answer has a form that cannot be judged.",
}
TITLES = {
    "raised": "stops with an exception",
    "timeout": "takes too long",
    "type": "no numbers",
    "shape": "wrong shape",
    "no return": "nothing returned",
    "noisy": "prints very much",
    "borrowed": "not the student's own",
    "unjudged": "cannot be judged",
}
BINS = 10


@dataclass(frozen=True)
class Student:
    """One line of the export, with what the judge said of each exercise (id -> verdict) and how long grading took."""

    row: dict[str, Any]
    verdicts: dict[str, dict[str, Any]]
    seconds: float | None = None
    span: float | None = None

    @property
    def id(self) -> str:
        """The student's id."""
        return str(self.row["student_id"])


@dataclass(frozen=True)
class ExerciseRow:
    """An exercise and how many of those who handed in its notebook passed."""

    exercise: checks.Exercise
    judged: int
    passed: int
    unwritten: int

    @property
    def rate(self) -> float:
        """Share that passed, 0 to 1."""
        return self.passed / self.judged if self.judged else 0.0


@dataclass(frozen=True)
class Mistake:
    """A misconception, its sentence, and the students who showed it."""

    exercise: str
    name: str
    says: str
    students: list[str]

    @property
    def title(self) -> str:
        """The name, in words where it is the judge's own for no particular mistake."""
        return TITLES.get(self.name, self.name)


@dataclass
class Figures:
    """All that the page and the table show. percents: of every graded submission."""

    assignment: str
    students: list[Student]
    exercises: list[ExerciseRow]
    mistakes: list[Mistake]
    percents: list[float]
    persons: list[Student]
    points: dict[str, float] = field(default_factory=dict)

    def count(self, *status: str) -> int:
        """How many have one of these statuses."""
        return sum(student.row["status"] in status for student in self.students)

    @property
    def handed_in(self) -> int:
        """Students who handed in something."""
        return len(self.students) - self.count(NOT_SUBMITTED)

    @property
    def bins(self) -> list[int]:
        """Submissions from 0 to under 10 percent, …, from 90 to 100."""
        found = [0] * BINS
        for percent in self.percents:
            found[min(BINS - 1, int(percent * BINS // 100))] += 1
        return found

    @property
    def middle(self) -> float | None:
        """The median score in percent."""
        return median(self.percents) if self.percents else None

    def times(self, which: str) -> list[float]:
        """Known times in seconds: "seconds" of grading or the "span" between a notebook's first and last run."""
        return sorted(value for s in self.students if (value := getattr(s, which)) is not None)


def gather(course: Course, assignment: str) -> Figures:
    """Everything about one assignment. Nothing is run."""
    students = [_student(course, assignment, row) for row in table.rows(course, assignment)]
    exercises = checks.exercises(assignment)
    shown = [_exercise(exercise, students) for exercise in exercises]
    graded = [s for s in students if s.row["score"] != "" and s.row["status"] != NOT_SUBMITTED]
    percents = [float(s.row["percent"]) for s in graded if s.row["percent"] != ""]
    persons = [s for s in students if s.row["status"] not in (GRADED, NOT_SUBMITTED)]
    order = {NOT_GRADED: 0, BY_HAND: 2}
    persons.sort(key=lambda s: (order.get(s.row["status"], 1), s.id))
    mistakes = _mistakes(exercises, students)
    return Figures(assignment, students, [one for one in shown if one.judged], mistakes, percents, persons)


def _student(course: Course, assignment: str, row: dict[str, Any]) -> Student:
    verdicts: dict[str, dict[str, Any]] = {}
    seconds: list[float] = []
    for file in sorted((course.folder("autograded") / row["student_id"] / assignment).glob("*.ipynb")):
        told = _read(file).get("metadata", {}).get(notes.KEY, {})
        handed_in = course.folder("submitted") / row["student_id"] / assignment / file.name
        if handed_in.exists() and not origin.changed(told, handed_in):
            verdicts |= told.get("verdicts", {})
        if isinstance(told.get("seconds"), int | float):
            seconds.append(float(told["seconds"]))
    folder = course.folder("submitted") / row["student_id"] / assignment
    spans = [span for file in sorted(folder.glob("*.ipynb")) if (span := _span(file)) is not None]
    return Student(row, verdicts, sum(seconds) if seconds else None, sum(spans) if spans else None)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file.stat().st_size < 20_000_000 else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _span(file: Path) -> float | None:
    """Seconds between the first and the last cell run that JupyterLab recorded (where "Record timing" is on)."""
    times = []
    cells = _read(file).get("cells", [])
    for cell in cells if isinstance(cells, list) else []:
        try:
            told = cell["metadata"]["execution"]
            times += [_moment(value) for value in told.values() if isinstance(value, str)]
        except (TypeError, KeyError, AttributeError, ValueError):
            continue
    return max(times) - min(times) if len(times) > 1 else None


def _moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _exercise(exercise: checks.Exercise, students: Iterable[Student]) -> ExerciseRow:
    told = [student.verdicts[exercise.id] for student in students if exercise.id in student.verdicts]
    passed = sum(bool(verdict.get("passed")) for verdict in told)
    unwritten = sum(verdict.get("misconception") in ("unwritten", "missing") for verdict in told)
    return ExerciseRow(exercise, len(told), passed, unwritten)


def _mistakes(exercises: list[checks.Exercise], students: list[Student]) -> list[Mistake]:
    """Commonest first; what was not written is no misconception."""
    who: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student in students:
        for exercise in exercises:
            name = student.verdicts.get(exercise.id, {}).get("misconception")
            if name and name not in ("unwritten", "missing"):
                who[exercise.id, str(name)].append(student.id)
    by_id = {exercise.id: exercise for exercise in exercises}
    found = [Mistake(by_id[key].name, name, _says(by_id[key], name, students), who[key, name]) for key, name in who]
    return sorted(found, key=lambda mistake: (-len(mistake.students), mistake.exercise, mistake.name))


def _says(exercise: checks.Exercise, name: str, students: Iterable[Student]) -> str:
    """The misconception's own sentence; for mistakes that have none in general, what the judge said to one student."""
    for misconception in exercise.misconceptions:
        if misconception.name == name:
            return misconception.says
    if name in GENERAL:
        return GENERAL[name]
    for student in students:
        verdict = student.verdicts.get(exercise.id, {})
        if verdict.get("misconception") == name:
            return "For example: " + str(verdict.get("message", "")).removeprefix(f"{exercise.name}: ")[:300]
    return name
