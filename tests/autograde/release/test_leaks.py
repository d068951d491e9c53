import json

import pytest

from autograde.release import leaks, source

TEXT = """\
# %% [markdown]
# Some words.

# %% nbgrader={"grade_id": "mean", "solution": true}
def mean(values):
    total = 0.0  # given
    ### BEGIN SOLUTION
    # add them up
    import math
    total = math.fsum(values)
    return total / len(values)
    ### END SOLUTION

# %% [markdown] nbgrader={"grade_id": "why", "grade": true, "solution": true, "points": 1}
# ### BEGIN SOLUTION
# Because a sum does not depend on the split.
# ### END SOLUTION
"""


@pytest.fixture
def read(tmp_path):
    file = tmp_path / "9-mini" / "easy.py"
    file.parent.mkdir()

    def _read(text=TEXT):
        file.write_text(text, encoding="utf-8")
        return source.read(file)

    return _read


def release(tmp_path, *cells, name="easy"):
    folder = tmp_path / "release"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps({"cells": list(cells)}))
    return folder


def test_a_release_without_solution_lines_is_clean(read, tmp_path):
    assert (
        leaks.leaks(read(), release(tmp_path, {"source": ["def mean(values):\n", "    raise NotImplementedError()"]}))
        == []
    )


@pytest.mark.parametrize(
    "cell",
    [
        {"source": "total=math.fsum( values )"},
        {"source": ["Hint: write\n", "    total = math.fsum(values)\n"]},
        {"source": "", "outputs": [{"text": "total = math.fsum(values)"}]},
        {"source": "", "metadata": {"note": "total = math.fsum(values)"}},
        {"source": "Well, *because a sum…* no: Because a sum does not depend on the split."},
    ],
    ids=["code, other blanks", "prose", "output", "metadata", "written answer"],
)
def test_a_solution_line_is_found_wherever_it_is_shown(read, tmp_path, cell):
    (found,) = leaks.leaks(read(), release(tmp_path, cell))
    assert "easy.py:" in found and "easy.ipynb" in found


def test_the_line_number_is_that_of_the_source(read, tmp_path):
    (found,) = leaks.leaks(read(), release(tmp_path, {"source": "return total / len(values)"}))
    assert "easy.py:11:" in found


def test_comments_imports_and_signatures_are_no_secret(read, tmp_path):
    assert leaks.leaks(read(), release(tmp_path, {"source": "import math\n# add them up\ndef mean(values):"})) == []


def test_a_line_may_be_shown_on_purpose(read, tmp_path):
    text = TEXT.replace("math.fsum(values)", "math.fsum(values)  # shown")
    assert leaks.leaks(read(text), release(tmp_path, {"source": "total = math.fsum(values)"})) == []


def test_a_file_beside_the_notebook_is_looked_at_too(read, tmp_path):
    folder = release(tmp_path, {"source": ""})
    (folder / "notes.txt").write_text("total = math.fsum(values)\n")
    (found,) = leaks.leaks(read(), folder)
    assert "notes.txt" in found


def test_another_notebook_may_share_a_line_but_not_a_region(read, tmp_path):
    folder = release(tmp_path, {"source": "total = math.fsum(values)"}, name="hard")
    assert leaks.leaks(read(), folder) == []
    release(tmp_path, {"source": "total = math.fsum(values)\nreturn total / len(values)"}, name="hard")
    assert len(leaks.leaks(read(), folder)) == 2
