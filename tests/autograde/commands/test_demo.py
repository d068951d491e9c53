"""What the demo's class needs; `make demo` itself is tested with the README."""

import pytest

from autograde.cases import case
from autograde.commands import demo, main
from autograde.commands.demo import MARK, fresh
from autograde.errors import CourseError


def test_what_an_earlier_demo_left_is_cleared_away(tmp_path):
    folder = fresh(tmp_path / "a demo")
    (folder / "submitted" / "ada").mkdir(parents=True)
    (folder / "gradebook.db").write_text("half written")
    fresh(folder)
    assert sorted(p.name for p in folder.iterdir()) == [MARK, "nbgrader_config.py"]


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(CourseError, match="not a demo's"):
        fresh(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_file_is_no_folder(tmp_path, capsys):
    (tmp_path / "x").write_text("")
    assert main(["demo", "--out", str(tmp_path / "x")]) == 1
    assert capsys.readouterr().err == f"autograde demo: {tmp_path / 'x'} is a file; give --out a folder.\n"


def test_the_class_is_made_of_cases_that_exist():
    known = {one.name for one in case.cases(demo.ASSIGNMENT)}
    assert set(demo.CLASS.values()) <= known and len(demo.CLASS) == 6
