import math

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from autograde.grading import outcome


def cell(points=4):
    metadata = {"grade": True, "solution": False, "points": points, "grade_id": "check-x"}
    return new_code_cell("check('x')", metadata={"nbgrader": metadata})


@pytest.mark.parametrize(
    ("points", "scored"),
    [(4.0, 4.0), (1.5, 1.5), (0.0, 0.0), (-1.0, 0.0), (9.0, 4.0), (math.nan, 0.0), (math.inf, 0.0), (4, 4.0)],
)
def test_nbgrader_scores_what_was_meant_also_where_it_gives_full_marks_by_itself(points, scored):
    graded = cell()
    outcome.write(graded, points, "said")
    assert determine_grade(graded) == (scored, 4.0)


def test_the_text_stands_above_the_number_and_nothing_is_on_stderr():
    graded = cell()
    outcome.write(graded, 2, "half of it")
    assert [o.output_type for o in graded.outputs] == ["stream", "execute_result"]
    assert graded.outputs[0].name == "stdout" and graded.outputs[0].text == "half of it\n"


def test_what_was_not_judged_gets_nothing_and_a_reason():
    graded = cell()
    outcome.not_judged(graded, "the kernel died")
    assert determine_grade(graded)[0] == 0
    assert "the kernel died" in graded.outputs[0].text
