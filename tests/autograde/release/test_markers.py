from pathlib import Path

import pytest

from autograde.errors import CourseError
from autograde.release.markers import looks_like_a_marker, regions

FILE = Path("easy.py")


def test_a_region_knows_its_lines_and_where_they_stand():
    text = "# %%\nx = 1\n### BEGIN SOLUTION\ny = 2\nz = 3\n### END SOLUTION\n"
    (region,) = regions(text, FILE)
    assert (region.kind, region.first_line, region.lines, region.prose) == ("SOLUTION", 4, ("y = 2", "z = 3"), False)


def test_a_marker_in_markdown_and_an_indented_one_are_found():
    text = "# %% [markdown]\n# ### BEGIN SOLUTION\n# because\n# ### END SOLUTION\n# %%\n    ### BEGIN HIDDEN TESTS\n"
    text += "    assert x\n    ### END HIDDEN TESTS\n"
    first, second = regions(text, FILE)
    assert first.prose and first.lines == ("# because",)
    assert second.kind == "HIDDEN TESTS" and not second.prose


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("### BEGIN SOLUTON", "### BEGIN SOLUTION"),
        ("### BEGN SOLUTION", "### BEGIN SOLUTION"),
        ("## BEGIN SOLUTION", "### BEGIN SOLUTION"),
        ("### begin solution", "### BEGIN SOLUTION"),
        ("### BEGIN SOLUTIONS", "### BEGIN SOLUTION"),
        ("###BEGINSOLUTION", "### BEGIN SOLUTION"),
        ("### SOLUTION BEGIN", "### BEGIN SOLUTION"),
        ("    # END SOLUTION", "### END SOLUTION"),
        ("### STOP SOLUTION", "### END SOLUTION"),
        ("### BEGIN HIDDEN TEST", "### BEGIN HIDDEN TESTS"),
        ("### START HIDDEN TESTS", "### BEGIN HIDDEN TESTS"),
        ("# ### BEGIN SOLUTION:", "### BEGIN SOLUTION"),
        ("### BEGIN MARK SCHEM", "### BEGIN MARK SCHEME"),
    ],
)
def test_a_mistyped_marker_is_refused_with_file_line_and_what_was_meant(line, meant):
    with pytest.raises(CourseError, match="easy.py:3") as refused:
        regions(f"# %%\nx = 1\n{line}\n", FILE)
    assert f"'{meant}'" in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        "# the solution begins with a small step",
        "# ## Report (2 points)",
        "# In the end the tests say so",
        "### a heading of its own",
        "x = begin  # solution",
        "# Begin small: a loop with one process",
    ],
)
def test_ordinary_lines_are_left_alone(line):
    assert looks_like_a_marker(line) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# %%\n### BEGIN SOLUTION\nx = 1\n# %%\n### END SOLUTION\n", 2),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n", 2),
        ("# %%\nx = 1\n### END SOLUTION\n", 3),
        ("# %%\n### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n", 3),
        ("# %%\n### BEGIN SOLUTION\nx\n### END HIDDEN TESTS\n", 4),
        ("# %%\n# AUTOTEST x\n", 2),
    ],
)
def test_a_region_that_does_not_open_and_close_in_one_cell_is_refused(text, line):
    with pytest.raises(CourseError, match=f"easy.py:{line}:"):
        regions(text, FILE)
