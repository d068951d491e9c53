import pytest

from autograde.errors import CourseError
from autograde.release import source

TEXT = """\
# %% [markdown]
# # A title

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

# %% nbgrader={"grade_id": "square", "solution": true}
def square(x):
    ### BEGIN SOLUTION
    return math.prod([x, x])
    ### END SOLUTION

# %% nbgrader={"grade_id": "tests", "grade": true, "locked": true, "points": 2}
assert square(3) == 9
"""


def put(tmp_path, text):
    file = tmp_path / "9-mini" / "easy.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_what_nbgrader_leaves_no_choice_about_is_filled_in(tmp_path):
    cells = source.read(put(tmp_path, TEXT)).notebook.cells
    assert dict(cells[1].metadata["nbgrader"]) == {
        "grade": False, "grade_id": "setup", "locked": True, "schema_version": 3, "solution": False, "task": False,
    }  # fmt: skip


def test_two_readings_give_the_same_bytes(tmp_path):
    file = put(tmp_path, TEXT)
    assert source.to_json(source.read(file).notebook) == source.to_json(source.read(file).notebook)


def test_an_edit_changes_the_id_of_the_edited_cell_only(tmp_path):
    before = [cell["id"] for cell in source.read(put(tmp_path, TEXT)).notebook.cells]
    after = [cell["id"] for cell in source.read(put(tmp_path, TEXT.replace("A title", "Another"))).notebook.cells]
    assert before[1:] == after[1:] and before[0] != after[0]
    assert before[1:] == ["setup", "square", "tests"]


def test_twin_cells_get_different_ids(tmp_path):
    ids = [cell["id"] for cell in source.read(put(tmp_path, "# %%\nx = 1\n\n# %%\nx = 1\n")).notebook.cells]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('{"grade_id": "setup", "locked": true}', '{"grade_id": "setup", locked: true}', r"easy.py:4: .* not JSON"),
        ('"grade_id": "square"', '"grade_id": "setup"', "'setup' is used for two cells"),
        (', "points": 2', "", "'tests' is graded and has no points"),
        ('"grade_id": "tests", ', "", "no grade_id"),
        ('"grade_id": "tests"', '"grade_id": "check-tests"', "'check-tests' has no exercise"),
        ('"locked": true}', '"lokced": true}', "unknown nbgrader metadata"),
    ],
)
def test_what_nbgrader_would_take_in_silence_is_refused(tmp_path, old, new, said):
    with pytest.raises(CourseError, match=said):
        source.read(put(tmp_path, TEXT.replace(old, new)))


def test_points_of_a_check_cell_must_be_those_of_its_exercise(tmp_path, sources):
    text = next(s for s in sources if s.name == "easy").file.read_text(encoding="utf-8")
    file = tmp_path / "2-syncsgd" / "easy.py"
    file.parent.mkdir()
    file.write_text(
        text.replace('"check-loss", "locked": true, "points": 1', '"check-loss", "locked": true, "points": 7')
    )
    with pytest.raises(CourseError, match="'check-loss' has 7 points, its exercise 1"):
        source.read(file)
