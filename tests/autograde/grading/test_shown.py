"""Which cells grading leaves out: only those whose names nobody needs."""

import base64

import nbformat.v4
import pytest
from nbformat.v4 import new_output

from autograde.course import Course
from autograde.grading.shown import ENDING, LARGEST, bound_names, drawn, pictures, used_names
from autograde.release.build import sources_of

PNG = b"\x89PNG\r\n\x1a\n"


def given(source, name, **more):
    """A cell of the course: locked, and not graded unless told so."""
    told = {"grade_id": name, "locked": True, "grade": False, "solution": False, "schema_version": 3} | more
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": told})


def own(source):
    return nbformat.v4.new_code_cell(source)


def test_a_locked_picture_that_defines_nothing_others_use_is_left_out():
    cells = [
        given("import numpy as np", "setup"),
        nbformat.v4.new_markdown_cell("curve"),
        given("curve = [1, 2]\nplt.plot(curve)", "loss-picture"),
        own("print(np)"),
    ]
    assert pictures(cells) == {2}


@pytest.mark.parametrize(
    "source",
    [
        "print(curve)",
        "def mine():\n    return curve",
        "mine = lambda: [x for x in curve]",
        "class Mine:\n    values = curve",
        "class Mine:\n    curve = curve",
        "class Mine:\n    print(curve)\n    curve = 3",
        "globals()['curve']",
        "eval('curve')",
        "exec('mine = curve[0]')",
        "from __main__ import curve",
        "import __main__ as here\nhere.curve",
        "curve = curve + [3]",
        "curve += [3]",
        "del curve",
        "%timeit sum(curve)",
        "!echo {curve}",
        "def broken(:\n    curve",
    ],
)
def test_a_picture_whose_names_a_student_uses_is_run(source):
    assert pictures([given("curve = [1, 2]", "loss-picture"), own(source)]) == set()


@pytest.mark.parametrize(
    "source",
    [
        "def mine(curve):\n    return curve",
        "[curve for curve in 'ab']",
        "x.curve",
        "'a curve'",
        "class Mine:\n    curve = 3",
    ],
)
def test_a_name_of_ones_own_that_happens_to_be_the_same_needs_no_picture(source):
    assert pictures([given("curve = [1, 2]", "loss-picture"), own(source)]) == {0}


def test_a_picture_that_is_run_has_those_run_that_it_uses():
    cells = [
        given("steps = [1]", "first-picture"),
        given("curve = steps", "second-picture"),
        given("show(steps)", "third-picture"),
        own("print(curve)"),
    ]
    assert pictures(cells) == {2}


def test_only_locked_cells_that_carry_no_points_can_be_pictures():
    cells = [
        given("plot(1)", "one-picture", locked=False),
        given("plot(2)", "two-picture", grade=True, points=1),
        given("plot(3)", "three-picture", solution=True),
        given("plot(4)", "a picture"),
        own("plot(5)"),
    ]
    assert pictures(cells) == set()


def test_names_that_a_cell_defines_whatever_the_way():
    source = """
import numpy as np, os.path
from math import pi as circle
def f(inner): local = 1
class C: member = 1
for i in []: pass
with open("x") as file: pass
if (walrus := 1): pass
a, (b, *c) = 1, (2, 3)
def g():
    global far
    far = 1
"""
    names = {"np", "os", "circle", "f", "C", "i", "file", "walrus", "a", "b", "c", "g", "far"}
    assert bound_names(source) == names
    assert "curve" in bound_names("%run curve")


def test_names_that_a_cell_uses_are_global_ones():
    assert used_names("def f(x):\n    def g():\n        return x + far\n    return g") == {"far"}


@pytest.mark.parametrize("assignment", Course.here().assignments())
def test_all_pictures_of_a_solution_are_left_out(assignment):
    for source in sources_of(Course.here(), assignment):
        cells = source.notebook.cells
        named = {
            i for i, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith(ENDING)
        }
        assert pictures(cells) == named, source.name


@pytest.mark.parametrize(
    "data",
    ["", "?", base64.b64encode(b"GIF89a").decode(), base64.b64encode(PNG + bytes(LARGEST)).decode()],
)
def test_only_small_png_pictures_are_kept_of_a_handed_in_cell(data):
    cell = own("plot()")
    cell.outputs = [new_output("display_data", data={"image/png": data}), new_output("stream", text="x")]
    assert drawn(cell) == []
    good = base64.b64encode(PNG + b"rest").decode()
    cell.outputs.append(new_output("display_data", data={"image/png": good[:6] + "\n" + good[6:]}))
    assert drawn(cell) == [good]
