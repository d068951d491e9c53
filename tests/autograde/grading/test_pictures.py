"""Cells that grading leaves out, through nbgrader: what was handed in with them is shown, and no score needs them."""

import base64
import struct
import zlib
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_output
from traitlets.config import Config

from autograde import engine
from autograde.cases import case
from autograde.cases.case import Case, Written
from autograde.cases.submission import hand_in
from autograde.course import Course
from autograde.grading import notes, shown
from autograde.release import build

ASSIGNMENT = "2-syncsgd"
KNOWN = {one.name: one for one in case.cases(ASSIGNMENT)}

PICTURES = ("predict-picture", "loss-picture", "gradient-picture")
WRONG = KNOWN["wrong_gradient_no_penalty"]
USES_A_PICTURE = Case(
    ASSIGNMENT,
    "right_with_steps",
    "Uses a name that a picture's cell defines",
    "easy",
    "right",
    written=(
        Written(
            "check-gradient",
            "mine = gradient\n\n\ndef gradient(*given):\n    return mine(*given) * (len(steps) // 2 / 40)",
            "before",
        ),
    ),
)


def picture(shade):
    """A PNG of one grey pixel, in base64."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes([0, shade])))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")).decode()


FIRST, SECOND, THIRD = map(picture, (0, 100, 200))
FAKE = base64.b64encode(b"<script>alert(1)</script>").decode()


def output(data):
    return new_output("display_data", data={"image/png": data, "text/html": "<b>drawn</b>"})


def cell_of(nb, name):
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The easy notebook as far as its third picture, with the submissions of two students."""
    (source,) = [one for one in build.sources_of(Course.here(), ASSIGNMENT) if one.name == "easy"]
    cells = [cell for cell in source.notebook.cells if "nbgrader" in cell.metadata]
    last = cells.index(cell_of(source.notebook, PICTURES[-1]))
    notebook = nbformat.from_dict({**source.notebook, "cells": cells[: last + 1]})
    folder = tmp_path_factory.mktemp("a course")
    made = build.scratch(Course.here(), ASSIGNMENT, [replace(source, notebook=notebook)], folder)
    for one in (WRONG, USES_A_PICTURE):
        folder = made.folder("submitted") / one.name / ASSIGNMENT
        hand_in(one, made.release / ASSIGNMENT, made.sources / ASSIGNMENT, folder)
    file = made.folder("submitted") / WRONG.name / ASSIGNMENT / "easy.ipynb"
    nb = nbformat.read(file, as_version=4)
    text = new_output("stream", name="stdout", text="mine")
    cell_of(nb, "loss-picture").outputs = [text, *map(output, (FAKE, FIRST, SECOND, THIRD))]
    cell_of(nb, "gradient").outputs = [output(THIRD)]
    nbformat.write(nb, file)
    return made


def graded(course, student, drawn):
    """Points by exercise, and the outputs of each picture's cell."""
    extra = Config({"JudgedExecute": {"run_pictures": drawn}} | engine.TRUSTED)
    engine.expect(engine.autograde(course, ASSIGNMENT, student, extra), "not graded")
    nb = nbformat.read(course.folder("autograded") / student / ASSIGNMENT / "easy.ipynb", as_version=4)
    assert "pictures" not in notes.of(nb)
    points = engine.scores(course, ASSIGNMENT, student, "easy")
    return (
        {name.removeprefix("check-"): score for name, (score, _) in points.items()},
        {name: cell_of(nb, name).outputs for name in PICTURES},
    )


@pytest.fixture(scope="module")
def left_out(course):
    return {one.name: graded(course, one.name, False) for one in (WRONG, USES_A_PICTURE)}


@pytest.mark.timeout(300)
def test_who_reads_about_a_picture_sees_the_one_that_was_handed_in(course, left_out):
    _, outputs = left_out[WRONG.name]
    said, *pictures = outputs["loss-picture"]
    assert said.text == shown.LEFT_OUT + shown.AS_HANDED_IN
    assert [one.data for one in pictures] == [{"image/png": FIRST}, {"image/png": SECOND}]
    assert [one.text for one in outputs["predict-picture"]] == [shown.LEFT_OUT]
    engine.expect(engine.generate_feedback(course, ASSIGNMENT), "no feedback")
    page = (course.folder("feedback") / WRONG.name / ASSIGNMENT / "easy.html").read_text(encoding="utf-8")
    assert FIRST in page and SECOND in page and "was not drawn again" in page
    assert THIRD not in page and FAKE not in page


@pytest.mark.timeout(300)
def test_the_scores_are_the_same_with_all_pictures_drawn(course, left_out):
    wrong, right = (left_out[one.name] for one in (WRONG, USES_A_PICTURE))
    assert wrong[0] == {"predict": 1, "loss": 1, "gradient": 0} and right[0] == {"predict": 1, "loss": 1, "gradient": 3}
    run = [name for name, outputs in right[1].items() if "data" in outputs[0]]
    assert run == ["loss-picture"]
    for one in (WRONG, USES_A_PICTURE):
        scores, outputs = graded(course, one.name, True)
        assert scores == left_out[one.name][0]
        assert all("data" in output for (output,) in outputs.values())
