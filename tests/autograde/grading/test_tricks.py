"""What is pointed out to an instructor: never the course's own code."""

from __future__ import annotations

import sys

import nbformat
import pytest

from autograde.course import Course
from autograde.grading import tricks
from autograde.release.build import sources_of
from sgdkit import checks


def cell(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])


@pytest.mark.parametrize("assignment", Course.here().assignments())
def test_the_solutions_and_so_the_release_show_no_trick(assignment):
    for source in sources_of(Course.here(), assignment):
        assert tricks.look(source.notebook) == [], source.name


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("from sgdkit.checks.registry import exercises\nexercises", "reaches into the checks"),
        ("import os\nos._exit(0)", "ends processes"),
        ("import numpy\nnumpy.testing.assert_allclose = print", "changes numpy for everybody"),
        ("def check(name): pass", "defines `check` anew"),
        ("get_ipython().ast_transformers.append(None)", "changes how later cells are read"),
    ],
)
def test_a_trick_is_named_with_its_cell(source, words):
    (sentence,) = tricks.look(cell(source))
    assert sentence.startswith("code cell 1 ") and words in sentence


def test_a_name_of_thousands_of_parts_stops_nobody():
    chain = "import numpy\nnumpy" + ".testing" * 2500 + " = 1"
    assert tricks.look(cell(chain)) == []


def test_a_text_in_calls_within_calls_is_read_once(monkeypatch):
    read = []
    monkeypatch.setattr(sys.modules["sgdkit.checks.borrowed"], "_in_text", lambda text: read.append(text) or iter(()))
    exercise = checks.get("3-optimizers/optimizers/momentum")
    assert checks.borrowed(["Momentum = " + "exec(" * 50 + "'x = 1'" + ")" * 50], exercise) == ""
    assert read == ["x = 1"]
