"""What is pointed out to an instructor: never the course's own code."""

from __future__ import annotations

import nbformat
import pytest

from autograde.course import Course
from autograde.grading import tricks
from autograde.release.build import sources_of


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
