"""What could not be read or judged has a note for the export, so that it is no 0."""

import json

import nbformat.v4
import pytest
from traitlets.config import Config

from autograde.grading import judging, notes
from autograde.grading.execute import JudgedExecute
from autograde.grading.reading import REASON, TolerantExporter
from sgdkit import checks

ASSIGNMENT = "2-syncsgd"


@pytest.fixture
def execute(tmp_path):
    """A grader of one notebook with one check, whose files lie in ``tmp_path``, and that notebook."""
    told = {"grade_id": "check-loss", "grade": True, "solution": False, "locked": True, "points": 2.0}
    check = nbformat.v4.new_code_cell("check('loss')", metadata={"nbgrader": told | {"schema_version": 3}})
    nb = nbformat.v4.new_notebook(cells=[check])
    runner = JudgedExecute(config=Config({"Limits": {"scratch": 1}, "LimitedExecute": {"sandbox": "auto"}}))
    resources = {"metadata": {"path": str(tmp_path)}, "nbgrader": {"assignment": ASSIGNMENT, "notebook": "easy"}}
    return runner, nb, resources


def test_files_that_are_too_large(execute, tmp_path):
    runner, nb, resources = execute
    (tmp_path / "data.bin").write_bytes(bytes(2 * 2**20))
    runner.preprocess(nb, resources)
    assert notes.of(nb)["unjudged"] == "the files handed in beside the notebook are more than 1 MB"
    assert notes.of(nb)["problems"] == [] and "Not judged, 0 points" in nb.cells[0].outputs[0].text


def test_a_kernel_that_does_not_start(execute, tmp_path):
    runner, nb, resources = execute
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit")
    runner.preprocess(nb, resources)
    assert notes.of(nb)["unjudged"].startswith("no kernel would start") and notes.of(nb)["problems"] == []


def test_a_judge_that_fails_is_told_to_the_student_without_its_words(execute, monkeypatch):
    runner, nb, resources = execute
    runner.prepare(nb, resources)
    monkeypatch.setattr(judging, "judge", lambda *_: {}["of a hidden case"])
    judged = runner._verdict(checks.get(f"{ASSIGNMENT}/easy/loss"), [], [], "")
    assert judged.points == 0
    assert notes.of(nb)["unjudged"] == "loss: the judge itself failed (KeyError), not the answer"
    assert "of a hidden case" in notes.of(nb)["problems"][0]


def test_half_a_character_makes_a_notebook_unreadable(tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    file = tmp_path / "easy.ipynb"
    for text, readable in (("x = '\u2603'", True), ("x = '\ud800'", False)):
        nb.cells[0].source = text
        file.write_text(json.dumps(nb), encoding="utf-8")
        _, resources = TolerantExporter().from_filename(str(file))
        assert (REASON not in resources) is readable
    assert resources[REASON].startswith("The file is not a notebook that can be read ('utf-8' codec can't encode")
