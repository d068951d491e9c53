import os
import subprocess
import sys

import pytest

from autograde import engine
from autograde.course import Course
from autograde.errors import CourseError
from autograde.release import build, leaks, prove


def test_the_release_is_the_same_on_every_run(sources, tmp_path):
    first, second = (
        build.scratch(Course.here(), "2-syncsgd", sources, tmp_path / name).release / "2-syncsgd" for name in "ab"
    )
    assert build.differences(first, second) == []


def test_the_committed_notebooks_are_what_the_sources_give_and_show_no_solution(sources, tmp_path):
    course = Course.here()
    made = build.scratch(course, "2-syncsgd", sources, tmp_path / "made").release / "2-syncsgd"
    assert build.differences(course.release / "2-syncsgd", made) == []
    assert [leak for source in sources for leak in leaks.leaks(source, made)] == []


def test_differences_name_what_is_missing_too_much_and_changed(tmp_path):
    for folder, files in (("old", {"a": "1", "b": "1"}), ("new", {"b": "2", "c": "1"})):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text)
    old, new = tmp_path / "old", tmp_path / "new"
    assert build.differences(old, new) == ["c: missing", "a: not made from the sources", "b: different"]
    build.publish(new, old)
    assert build.differences(old, new) == []


@pytest.fixture
def mini(tmp_path):
    """A course with one small assignment of its own, graded by plain asserts."""
    course = Course(tmp_path / "a mini course", work="")
    folder = course.sources / "9-mini"
    folder.mkdir(parents=True)
    (folder / "easy.py").write_text(
        '# %% nbgrader={"grade_id": "one", "solution": true}\n'
        "def one():\n    ### BEGIN SOLUTION\n    return 3 - 2\n    ### END SOLUTION\n\n"
        '# %% nbgrader={"grade_id": "test-one", "grade": true, "locked": true, "points": 2}\n'
        "assert one() == 1\n"
        "### BEGIN HIDDEN TESTS\nassert isinstance(one(), int), 'not an int'\n### END HIDDEN TESTS\n"
    )
    (folder / "data.csv").write_text("1,2\n")
    return course


def scratch(mini, tmp_path):
    return build.scratch(mini, "9-mini", build.sources_of(mini, "9-mini"), tmp_path / "scratch")


def test_students_get_data_but_no_source_solution_or_hidden_test(mini, tmp_path):
    folder = scratch(mini, tmp_path).release / "9-mini"
    assert sorted(file.name for file in folder.iterdir()) == ["data.csv", "easy.ipynb"]
    text = (folder / "easy.ipynb").read_text()
    assert "3 - 2" not in text and "not an int" not in text and "NotImplementedError" in text


def test_a_right_assignment_is_proven(mini, tmp_path):
    assert prove.prove(scratch(mini, tmp_path), "9-mini", jobs=1) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("return 3 - 2", "return 3 - 1", "the solution gets 0 of 2 for test-one", marks=pytest.mark.long),
        ("assert one() == 1\n", "pass\n", "the untouched release gets 2 of 2 for test-one"),
    ],
)
def test_what_does_not_hold_is_said_for_each_cell(mini, tmp_path, old, new, said):
    file = mini.sources / "9-mini" / "easy.py"
    text = (
        file.read_text().replace("assert isinstance(one(), int), 'not an int'", "pass")
        if "pass" in new
        else file.read_text()
    )
    file.write_text(text.replace(old, new))
    wrong = prove.prove(scratch(mini, tmp_path), "9-mini", jobs=1)
    assert any(said in line and "the judge" in line for line in wrong)
    assert any(said in line and "plain nbgrader" in line for line in wrong)


def test_an_assignment_is_recorded_again_and_again_until_its_cells_change_under_submissions(mini):
    build.record(mini, "9-mini", build.sources_of(mini, "9-mini"))
    build.record(mini, "9-mini", build.sources_of(mini, "9-mini"))
    with engine.gradebook(mini) as book:
        book.add_student("ada")
        book.add_submission("9-mini", "ada")
    file = mini.sources / "9-mini" / "easy.py"
    file.write_text(file.read_text().replace("test-one", "test-two"))
    with pytest.raises(CourseError, match="holds submissions for 9-mini"):
        build.record(mini, "9-mini", build.sources_of(mini, "9-mini"))


def test_check_lists_the_differences_and_the_command_to_run(tmp_path):
    repository = Course.here().root
    for name in ("autograde", "sgdkit", "nbgrader_config.py", "solutions"):
        os.symlink(repository / name, tmp_path / name)
    run = "from autograde import course, commands; import sys, pathlib\n"
    run += f"course.Course.here = classmethod(lambda c: c(pathlib.Path({str(tmp_path)!r})))\n"
    run += "sys.exit(commands.main(['release', '2-syncsgd', '--check']))"
    done = subprocess.run([sys.executable, "-c", run], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 1
    assert "easy.ipynb: missing" in done.stderr
    assert done.stderr.strip().endswith("python -m autograde release 2-syncsgd")
    assert not (tmp_path / "notebooks").exists()
