"""Killing the grader as a whole, with its processes and kernels, at moments that nobody chose well."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

import psutil
import pytest

from autograde import classroom
from autograde.cases import case, exam
from autograde.cases.submission import hand_in
from autograde.course import Course
from autograde.release import build
from tests.autograde.jobs import tiny
from tests.autograde.jobs.conftest import CLASS, copy
from tests.autograde.jobs.test_workers import ROOT, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
SCRIPT = ROOT / "tests" / "autograde" / "jobs" / "grade_a_class.py"


@contextmanager
def grading(course, students, assignment=tiny.ASSIGNMENT):
    """A grader at work; when it has ended, however, nothing of it is left: no process and no file in /tmp."""
    with tempfile.TemporaryDirectory(prefix="k") as scratch:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": scratch}
        command = [sys.executable, str(SCRIPT), str(course.root), assignment, *students]
        main = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            yield main
        finally:
            if main.poll() is None:
                below = psutil.Process(main.pid).children(recursive=True)
                main.send_signal(signal.SIGKILL)
                main.wait(60)
                assert psutil.wait_procs(below, timeout=60)[1] == []
                assert until(lambda: not os.listdir(scratch)), list(os.walk(scratch))
            main.stderr.close()


def recorded(course, assignment=tiny.ASSIGNMENT):
    """How many lines the journal has."""
    file = course.folder(".grading") / f"{assignment}.jsonl"
    return len(file.read_text().splitlines()) if file.exists() else 0


def kernels(main):
    """The kernels that are at work for a grader."""
    try:
        below = psutil.Process(main.pid).children(recursive=True)
        return [one for one in below if "ipykernel_launcher" in " ".join(one.cmdline())]
    except psutil.Error:
        return []


@pytest.mark.long
@pytest.mark.timeout(500)  # five graders, of which each starts its processes
def test_killed_again_and_again_it_ends_as_if_undisturbed(handed_in, undisturbed):
    moments = {
        "its kernels run": lambda main: bool(kernels(main)),
        "one is recorded": lambda main: recorded(handed_in) >= 1,
    }
    for name, moment in moments.items():
        with grading(handed_in, CLASS) as main:
            assert until(lambda main=main, moment=moment: moment(main) or main.poll() is not None, 120), name
    chance = random.Random(6)
    with grading(handed_in, CLASS):
        time.sleep(chance.uniform(0, 6))  # right whichever moment this is
    outcomes = classroom.grade(handed_in, tiny.ASSIGNMENT, CLASS, 2, tiny.EXTRA)
    assert all(outcome.ok for outcome in outcomes.values())
    assert any(outcome.unchanged for outcome in outcomes.values())  # what was recorded was not lost
    assert (tiny.contents(handed_in), tiny.graded(handed_in)) == undisturbed


@pytest.mark.timeout(300)
def test_ctrl_c_keeps_what_was_graded_and_says_how_to_go_on(handed_in):
    with grading(handed_in, CLASS) as main:
        assert until(lambda: recorded(handed_in) >= 1, 120)
        below = psutil.Process(main.pid).children(recursive=True)
        main.send_signal(signal.SIGINT)
        said = main.stderr.read()
        if main.wait(60) == 0:  # it was done before the signal came
            return
        assert main.returncode == 130, said
        assert "Traceback" not in said
        assert "Stopped." in said and "the same command goes on with the rest" in said
        assert psutil.wait_procs(below, timeout=60)[1] == []
    assert recorded(handed_in) >= 1


def fifty(course, students, assignment, fresh, compare):
    """Kill a grader at 50 random moments of its life, each time on a fresh copy, and start it again."""
    chance = random.Random(50)
    begin = time.monotonic()
    with grading(fresh("timed"), students, assignment) as main:
        assert main.wait(600) == 0
    life = time.monotonic() - begin
    lost = 0
    for number in range(50):
        twin = fresh(f"killed{number}")
        with grading(twin, students, assignment):
            time.sleep(chance.uniform(0.2, 1.0) * life)
        kept = recorded(twin, assignment)
        outcomes = classroom.grade(twin, assignment, students, 2, tiny.EXTRA)
        assert all(outcome.ok for outcome in outcomes.values())
        assert sum(outcome.unchanged for outcome in outcomes.values()) == kept
        compare(twin)
        lost += kept < len(students)
    assert lost >= 10  # most of them were killed before the end


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_killed_at_fifty_random_moments(handed_in, undisturbed, tmp_path):
    def compare(twin):
        assert (tiny.contents(twin), tiny.graded(twin)) == undisturbed

    fifty(handed_in, list(CLASS), tiny.ASSIGNMENT, lambda name: copy(handed_in, tmp_path / name), compare)


REAL = {"ada": "right_solution", "bo": "wrong_average_plain_mean", "cy": "hostile_os_exit", "di": "broken_not_json"}


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_real_assignment_killed_and_gone_on_with(tmp_path, monkeypatch):
    sources = build.sources_of(Course.here(), "2-syncsgd")
    course = build.scratch(Course.here(), "2-syncsgd", exam.lean(sources), tmp_path / "course")
    known = {one.name: one for one in case.cases("2-syncsgd")}
    for student, name in REAL.items():
        folder = course.folder("submitted") / student / "2-syncsgd"
        hand_in(known[name], course.release / "2-syncsgd", course.sources / "2-syncsgd", folder)
    monkeypatch.setattr(tiny, "ASSIGNMENT", "2-syncsgd")
    twin = copy(course, tmp_path / "twin")
    outcomes = classroom.grade(course, "2-syncsgd", REAL, 2, tiny.EXTRA)
    twin.secret.write_bytes(course.secret.read_bytes())
    for moment in (1, 2, 3):
        with grading(twin, REAL, "2-syncsgd") as main:
            assert until(lambda m=moment, main=main: recorded(twin, "2-syncsgd") >= m or main.poll() is not None, 600)
    again = classroom.grade(twin, "2-syncsgd", REAL, 2, tiny.EXTRA)
    assert {name: one.ok for name, one in again.items()} == {name: one.ok for name, one in outcomes.items()}
    assert tiny.contents(twin) == tiny.contents(course)
