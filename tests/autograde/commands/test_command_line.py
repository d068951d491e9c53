import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograde import engine
from autograde.commands import NAMES, feedback, main
from autograde.course import Course
from tests.autograde.graded_class import graded


@pytest.mark.parametrize("name", [None, *NAMES])
def test_help_fits_a_terminal_and_says_what_it_is_for(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    with pytest.raises(SystemExit) as left:
        main([*([name] if name else []), "--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    assert len(text.splitlines()) > 8 and max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "export"])
def test_an_unknown_assignment_is_one_sentence_with_those_there_are(command, capsys):
    assert main([command, "3-syncsdg"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"autograde {command}: There is no assignment '3-syncsdg'; there are: ")
    assert "2-syncsgd" in error and len(error.splitlines()) == 1


@pytest.mark.parametrize("command", [["grade", "2-syncsgd"], ["demo", "--out", "x"], ["release"], ["examine"]])
@pytest.mark.parametrize("number", ["-1", "0", "1.5", "many"])
def test_a_number_of_jobs_that_cannot_be_is_refused(command, number, capsys):
    with pytest.raises(SystemExit) as left:
        main([*command, f"--jobs={number}"])
    assert left.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.endswith(f"argument --jobs: {number} cannot be: give a whole number from 1 on")


def test_a_hint_is_typed_as_the_command_was(monkeypatch, tmp_path):
    python = tmp_path / "my course" / ".venv" / "bin" / "python"
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.chdir(tmp_path)
    assert engine.started() == f"'{Path('my course', '.venv', 'bin', 'python')}' -m autograde"
    monkeypatch.setattr(engine.shutil, "which", lambda name: str(python))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert engine.started() == "python -m autograde"


def test_feedback_says_who_got_no_page_and_why(course, monkeypatch, capsys):
    folder = course.folder("submitted") / "zoe" / "2-syncsgd"
    folder.mkdir(parents=True)
    (folder / "easy (1).ipynb").write_text("{}")
    for name in (
        "autograded/ada/2-syncsgd/easy.ipynb",
        *(f"feedback/{who}/2-syncsgd/easy.html" for who in ("ada", "zoe")),
    ):
        page = course.root / name
        page.parent.mkdir(parents=True)
        page.write_text("{}")
    monkeypatch.setattr(Course, "here", lambda: course)
    monkeypatch.setattr(engine, "generate_feedback", lambda *_: engine.Outcome(True, ""))
    assert feedback.run(SimpleNamespace(assignment="2-syncsgd")) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("1 page for 1 of 2 students in")
    assert "No page for zoe, not graded: found easy (1).ipynb, which is not one of" in shown
    # A page of an earlier submission is none of this one's.
    assert not (course.root / "feedback/zoe/2-syncsgd/easy.html").exists()


def test_feedback_says_whose_page_is_about_an_earlier_submission(course, monkeypatch, capsys):
    graded(course, "ada", notes={"file": {"bytes": 1}})
    page = course.folder("feedback") / "ada" / "2-syncsgd" / "easy.html"
    page.parent.mkdir(parents=True)
    page.write_text("")
    monkeypatch.setattr(Course, "here", lambda: course)
    monkeypatch.setattr(engine, "generate_feedback", lambda *_: engine.Outcome(True, ""))
    feedback.run(SimpleNamespace(assignment="2-syncsgd"))
    assert "The page for ada is about an earlier submission: easy: handed in again" in capsys.readouterr().out
