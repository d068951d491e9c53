"""Collect, report and export as an instructor types them, in a copy of the course."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograde.course import Course
from tests.autograde.collecting.conftest import NOTEBOOK, zipped
from tests.autograde.graded_class import graded

ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,2-syncsgd (90210)
    Points Possible,,,,,20
"Lovelace, Ada",11,u1,ada,S1,
"Babbage, Charles",12,u2,charles,S1,
"Mallory, Eve",13,u3,eve,S1,
"""


@pytest.fixture
def copy(course):
    """The course's commands and its release, in a folder of their own with a gradebook of their own."""
    here = Course.here().root
    ignored = shutil.ignore_patterns(
        "corpus", "submitted", "autograded", "feedback", "intake", "reports", "*.db", "__pycache__", ".*"
    )
    shutil.copytree(here / "autograde", course.root / "autograde", ignore=ignored)
    shutil.copy(here / "nbgrader_config.py", course.root)
    shutil.copytree(here / "solutions", course.root / "solutions", dirs_exist_ok=True)
    shutil.move(course.database, course.root / "autograde" / "gradebook.db")
    return Course(course.root)


def run(course, *arguments):
    """The command's exit status, what it printed, and no traceback."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(course.root), str(Course.here().root)])}
    command = [sys.executable, "-m", "autograde", *arguments]
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.timeout(400)  # six commands
def test_from_canvas_and_back(copy):
    source = copy.root / "submissions.zip"
    source.write_bytes(
        zipped(
            {
                "lovelaceada_11_901_easy.ipynb": NOTEBOOK,
                "babbagecharles_LATE_12_902_easy-1.ipynb": NOTEBOOK,
                "malloryeve_13_903_work.zip": zipped({"../../easy.ipynb": NOTEBOOK}),
                "stranger_99_904_easy.ipynb": NOTEBOOK,
            }
        )
    )
    (copy.root / "roster.csv").write_text(ROSTER)
    status, told = run(copy, "collect", "2-syncsgd", "submissions.zip", "--roster", "roster.csv")
    assert status == 1 and "Canvas's submissions: 4 submissions." in told
    assert "3 students in autograde/submitted: 3 new; 1 marked late" in told.replace(os.sep, "/")
    assert "leads outside" in told and "Not matched, 1:" in told and "stranger_99: nobody in the roster" in told
    assert (copy.folder("submitted") / "charles" / "2-syncsgd" / "easy.ipynb").exists()
    status, told = run(copy, "collect", "2-syncsgd", "submissions.zip", "--roster", "roster.csv")
    assert "3 unchanged" in told

    status, told = run(copy, "report", "2-syncsgd")
    assert status == 1 and "Nothing is graded yet" in told and len(told.splitlines()) == 1
    graded(copy, "ada", manual=3.0)
    graded(copy, "charles", manual=None)
    status, told = run(copy, "report", "2-syncsgd")
    assert status == 0 and all((copy.root / line).exists() for line in told.split())

    status, told = run(copy, "export", "2-syncsgd", "--for", "canvas")
    assert status == 0 and "No grade, and so an empty cell, 1:\n  eve, 2-syncsgd: " in told and "leads outside" in told
    assert "Written answers not marked yet" in told
    with open(copy.root / "grades-canvas.csv", newline="", encoding="utf-8") as stream:
        grades = {line["ID"]: line["2-syncsgd (90210)"] for line in csv.DictReader(stream)}
    assert grades == {"": "20", "11": "20", "12": "17", "13": ""}
    status, told = run(copy, "export", "--to", str(Path("out", "all.csv")))
    assert status == 0 and (copy.root / "out" / "all.csv").exists()


def test_mistakes_are_one_sentence(copy, tmp_path):
    for arguments, said in (
        (("collect", "2-syncsgd", "nowhere.zip"), "nowhere.zip does not exist"),
        (("collect", "2-sync", "."), "There is no assignment '2-sync'"),
        (("collect", "2-syncsgd", "notebooks", "--roster", "none.csv"), "The roster none.csv cannot be read"),
        (("report", "2-syncsgd", "--similar", "0"), "Nothing is graded yet"),
    ):
        status, told = run(copy, *arguments)
        assert status == 1 and said in told and len(told.splitlines()) == 1, told
