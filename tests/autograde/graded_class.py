"""A graded class without grading it: scores in the gradebook, the judge's verdicts in autograded notebooks."""

import json

from autograde import engine
from sgdkit import checks

ASSIGNMENT = "2-syncsgd"


def notebook(*cells, **metadata):
    """The text of a notebook with these code cells."""
    made = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for i, source in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def verdicts(name, **wrong):
    """The judge's verdicts on a notebook; wrong: exercise=(misconception, message)."""
    found = {}
    for exercise in checks.exercises(ASSIGNMENT, name):
        misconception, message = wrong.get(exercise.name, (None, f"{exercise.name}: right."))
        passed = exercise.name not in wrong
        found[exercise.id] = {
            "points": exercise.points if passed else 0.0,
            "max_points": exercise.points,
            "passed": passed,
            "misconception": misconception,
            "message": message,
        }
    return found


def graded(
    course, student, name="easy", wrong=None, manual=0.0, notes=None, cells=("x = 1",), names=("", ""), time=None
):
    """Record that a student handed in one notebook and that it was graded so."""
    told = {"verdicts": verdicts(name, **(wrong or {})), "problems": [], **(notes or {})}
    with engine.gradebook(course) as book:
        book.update_or_create_student(student, first_name=names[0], last_name=names[1])
        book.update_or_create_submission(ASSIGNMENT, student, timestamp=time)
        submitted = book.find_submission_notebook(name, ASSIGNMENT, student)
        for grade in submitted.grades:
            key = f"{ASSIGNMENT}/{name}/{grade.name.removeprefix('check-')}"
            if key in told["verdicts"]:
                verdict = told["verdicts"][key]
                grade.auto_score = grade.max_score * verdict["points"] / verdict["max_points"]
                grade.needs_manual_grade = False
            else:
                grade.auto_score, grade.manual_score = None, manual
                grade.needs_manual_grade = manual is None
        book.db.commit()
    for step, text in {"submitted": notebook(*cells), "autograded": notebook(*cells, sgdkit=told)}.items():
        folder = course.folder(step) / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def handed_in(course, student, name="easy.ipynb", text="{}"):
    """A submission that nothing has graded."""
    folder = course.folder("submitted") / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
