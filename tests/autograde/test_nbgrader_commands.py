"""Plain nbgrader on the command line, in a course whose folder has a space in its name."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograde.cases import case
from autograde.cases.submission import hand_in
from autograde.commands.demo import _CONFIG
from autograde.course import Course


def nbgrader(course, *arguments):
    # As from an environment that was never activated: alembic is not on PATH.
    environment = {**os.environ, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Course.here().root)}
    command = Path(sys.executable).with_name("nbgrader")
    done = subprocess.run(
        [str(command), *arguments], cwd=course.root, env=environment, capture_output=True, text=True, timeout=170
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.mark.timeout(400)  # four nbgrader commands, of which one runs two notebooks
@pytest.mark.skipif(sys.platform == "win32", reason="sets a Unix PATH")
def test_a_class_from_release_to_export(course):
    (course.root / "nbgrader_config.py").write_text(_CONFIG)
    course.database.unlink()
    known = {one.name: one for one in case.cases("2-syncsgd")}
    nbgrader(course, "generate_assignment", "2-syncsgd", "--force")
    for student, name in {"ada": "right_solution", "bo": "hostile_copied_check", "cy": "broken_not_json"}.items():
        folder = course.folder("submitted") / student / "2-syncsgd"
        hand_in(known[name], course.release / "2-syncsgd", course.sources / "2-syncsgd", folder)
    log = nbgrader(course, "autograde", "2-syncsgd")
    assert course.secret.read_bytes().hex() not in log
    nbgrader(course, "generate_feedback", "2-syncsgd")
    nbgrader(course, "export")
    with open(course.root / "grades.csv", newline="", encoding="utf-8") as stream:
        rows = {row["student_id"]: row for row in csv.DictReader(stream)}
    assert rows["ada"]["status"] == "graded" and float(rows["ada"]["score"]) == 15
    assert float(rows["bo"]["score"]) == 15 and "copied" in rows["bo"]["reason"]
    assert rows["cy"]["status"] == "not graded" and rows["cy"]["score"] == ""
    page = (course.folder("feedback") / "cy" / "2-syncsgd" / "easy.html").read_text(encoding="utf-8")
    assert "not a notebook that can be read" in page
    page = (course.folder("feedback") / "ada" / "2-syncsgd" / "easy.html").read_text(encoding="utf-8")
    assert "gradient: right." in page and "white-space: pre-wrap; overflow-wrap: anywhere" in page


def test_grading_without_execution_is_refused(course):
    (course.root / "nbgrader_config.py").write_text(_CONFIG)
    known = {one.name: one for one in case.cases("2-syncsgd")}
    folder = course.folder("submitted") / "ada" / "2-syncsgd"
    hand_in(known["hostile_forged_output"], course.release / "2-syncsgd", course.sources / "2-syncsgd", folder)
    command = [sys.executable, "-m", "nbgrader", "autograde", "2-syncsgd", "--no-execute"]
    environment = {**os.environ, "PYTHONPATH": str(Course.here().root)}
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)
    assert done.returncode != 0 and "--no-execute cannot be used here" in done.stderr
