"""What the command says while it grades and in the end."""

import errno
import io
import os
import re
import shutil
import sys

import pytest

from autograde import classroom
from autograde.commands import grade, main
from autograde.course import Course
from autograde.engine import Outcome
from autograde.jobs import files
from tests.autograde.jobs import tiny
from tests.autograde.jobs.test_recorder import answered


@pytest.fixture
def here(graded, monkeypatch):
    """The graded class is the course of the repository, and jobs need no kernels."""
    monkeypatch.setattr(Course, "here", lambda: graded)
    monkeypatch.setattr(classroom, "_run", answered(graded))
    return graded


def test_the_second_time_all_are_unchanged_and_force_grades_them_all(here, capsys):
    command = ["grade", tiny.ASSIGNMENT, "--no-sandbox"]
    assert main(command) == 0
    first = capsys.readouterr()
    assert "[3/3] " in first.err and "3 graded in " in first.err and "unchanged" not in first.err
    assert re.search(r"ada +0-tiny +3 of ", first.out) and "Next: " in first.out and "feedback 0-tiny" in first.out
    assert main(command) == 0
    assert "0 graded in 0 s, unchanged: 3 (--force grades them again)." in capsys.readouterr().err
    assert main([*command, "--force", "--student", "bo", "--student", "bo"]) == 0
    again = capsys.readouterr().err
    assert "[1/1] bo: done" in again and "1 graded in " in again


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_folder_whose_name_is_no_text_is_told_and_stops_nobody(here, capsys, monkeypatch):
    good = here.folder("submitted") / "bo" / tiny.ASSIGNMENT
    for name in (b"caf\xe9", b"two\nlines"):
        shutil.copytree(good, here.folder("submitted") / os.fsdecode(name) / tiny.ASSIGNMENT)
    monkeypatch.chdir(here.root)
    for command in (
        ["grade", tiny.ASSIGNMENT, "--no-sandbox"],
        ["export", tiny.ASSIGNMENT],
        ["report", tiny.ASSIGNMENT],
    ):
        assert main(command) == 0
        said = capsys.readouterr().err.splitlines()
        assert [line for line in said if "is left out" in line] == [
            f"submitted/{name} is left out: its name is not one line of text in UTF-8; rename the folder to the "
            "student's id."
            for name in (r"'caf\udce9'", r"'two\nlines'")
        ]
    assert len((here.root / "grades.csv").read_text(encoding="utf-8").splitlines()) == 4


def test_a_damaged_gradebook_is_one_sentence_in_every_command(here, capsys):
    here.database.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    for command in (["grade", tiny.ASSIGNMENT, "--no-sandbox"], ["export"], ["report", tiny.ASSIGNMENT]):
        assert main(command) == 1
        (said,) = capsys.readouterr().err.splitlines()
        assert said.startswith(f"autograde {command[0]}: the gradebook cannot be used (file is not a database): ")


@pytest.mark.parametrize("full", [(files, "write"), (os, "fsync"), (os, "replace")], ids=lambda full: full[1])
def test_a_full_disk_is_one_sentence_wherever_it_is_noticed(here, capsys, monkeypatch, full):
    def fails(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(*full, fails)
        assert main(["grade", tiny.ASSIGNMENT, "--no-sandbox", "--force"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("autograde grade: ") and ("No space left on device" in last or "the disk is full" in last)
    assert main(["grade", tiny.ASSIGNMENT, "--no-sandbox"]) == 0


def test_one_that_fails_is_named_and_the_exit_status_tells(here, capsys, monkeypatch):
    tiny.hand_in(here, "bo", time="some day")
    assert main(["grade", tiny.ASSIGNMENT, "--no-sandbox"]) == 1
    said = capsys.readouterr()
    assert "[1/3] bo: NOT GRADED: timestamp.txt" in said.err and "2 graded in " in said.err
    assert "1 could not be graded" in said.err


def test_a_student_who_handed_in_nothing_is_one_sentence(here, capsys):
    assert main(["grade", tiny.ASSIGNMENT, "--no-sandbox", "--student", "zoe"]) == 1
    assert capsys.readouterr().err == "autograde grade: zoe handed in nothing for 0-tiny.\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_has_a_bar_with_what_is_left_and_lines_for_failures_only(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with grade.Progress(40) as progress:
        for number in range(30):
            progress(f"s{number}", Outcome(True, "", seconds=1.0))
        progress("bad", Outcome(False, "", "the kernel died"))
        progress._bar.refresh()
    shown = terminal.getvalue()
    assert "31/40" in shown and "1 failed" in shown and "submission/s" in shown
    assert "bad: NOT GRADED: the kernel died" in shown and "s3: done" not in shown
    assert shown.rstrip().endswith("30 graded in 0 s, 1 could not be graded, 9 left.")


def test_outside_a_terminal_rate_and_remaining_time_are_told_now_and_then(monkeypatch, capsys):
    now = [1000.0]
    monkeypatch.setattr(grade, "monotonic", lambda: now[0])
    with grade.Progress(100) as progress:
        for number in range(10):
            now[0] += 12
            progress(f"s{number}", Outcome(number != 4, "", "no" * (number == 4)))
        progress("same", Outcome(True, "", unchanged=True))
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("--")]
    assert told == [
        "-- 3 of 100 after 36 s: 5 a minute, about 19 min left",
        "-- 6 of 100 after 72 s, 1 of them not graded: 5 a minute, about 19 min left",
        "-- 9 of 100 after 2 min, 1 of them not graded: 5 a minute, about 18 min left",
    ]


def test_an_interruption_says_what_is_recorded_and_how_to_go_on(capsys):
    with pytest.raises(KeyboardInterrupt), grade.Progress(2) as progress:
        progress("ada", Outcome(True, "", seconds=2.0))
        raise KeyboardInterrupt
    said = capsys.readouterr().err
    assert "[1/2] ada: done (2.0 s)" in said
    assert "Stopped. 1 graded in 0 s, 1 left. All of that is recorded; the same command goes on with the rest." in said
