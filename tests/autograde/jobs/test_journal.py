import pytest

from autograde.errors import CourseError
from autograde.jobs.journal import Journal, Mark

ONE, TWO = Mark("k1", "f1", "s1"), Mark("k2", "f2", "s2")


def test_marks_are_there_again_and_the_last_one_counts(tmp_path):
    with Journal(tmp_path / "new", "a") as journal:
        journal.note("ada", ONE)
        journal.note("bo\n", TWO)
        journal.note("ada", TWO)
    with Journal(tmp_path / "new", "a") as journal:
        assert [journal.mark(name) for name in ("ada", "bo\n", "cy")] == [TWO, TWO, None]
    with Journal(tmp_path / "new", "b") as journal:
        assert journal.mark("ada") is None


@pytest.mark.parametrize("kept", range(1, 40, 6))
def test_a_line_that_was_cut_off_costs_that_line_only(tmp_path, kept):
    with Journal(tmp_path, "a") as journal:
        journal.note("ada", ONE)
        journal.note("bo", TWO)
    whole = (tmp_path / "a.jsonl").read_text().splitlines()
    (tmp_path / "a.jsonl").write_text(whole[0] + "\n" + whole[1][:kept])
    with Journal(tmp_path, "a") as journal:
        assert journal.mark("ada") == ONE and journal.mark("bo") is None
        journal.note("bo", TWO)
    with Journal(tmp_path, "a") as journal:
        assert journal.mark("ada") == ONE and journal.mark("bo") == TWO


def test_two_graders_do_not_record_at_the_same_time(tmp_path):
    with Journal(tmp_path, "a"), pytest.raises(CourseError, match="Another grader is at work in this course"):
        Journal(tmp_path, "b")
    with Journal(tmp_path, "b"):
        pass
