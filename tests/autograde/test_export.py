import csv
import json

import nbformat
import pytest

from autograde import engine, table
from autograde.export import AGAIN, COLUMNS, BetterOfExport
from autograde.grading import origin


@pytest.fixture
def grade(course):
    """Writes a submission's scores straight into the gradebook, and its autograded notebooks beside it."""

    def _grade(student, notes=None, manual=None, **scores):
        with engine.gradebook(course) as book:
            book.update_or_create_student(student)
            book.update_or_create_submission("2-syncsgd", student)
            for notebook in ("easy", "hard"):
                if notebook not in scores:
                    continue
                share = scores[notebook]
                submitted = book.find_submission_notebook(notebook, "2-syncsgd", student)
                for one in submitted.grades:
                    by_hand = not one.name.startswith("check-")
                    one.auto_score = (None if share else 0) if by_hand else share * one.max_score
                    one.manual_score = manual if by_hand and share else None
                    one.needs_manual_grade = bool(by_hand and share and manual is None)
                for step in ("submitted", "autograded"):
                    folder = course.folder(step) / student / "2-syncsgd"
                    folder.mkdir(parents=True, exist_ok=True)
                    text = json.dumps({"metadata": {"sgdkit": (notes or {}).get(notebook, {})}})
                    (folder / f"{notebook}.ipynb").write_text(text)
            book.db.commit()

    return _grade


@pytest.fixture
def row(course):
    return lambda student: next(r for r in table.rows(course, "2-syncsgd") if r["student_id"] == student)


def test_the_better_of_easy_and_hard_counts_as_a_share_of_its_own_maximum(grade, row):
    grade("ada", easy=0.5, hard=1.0, manual=0)
    assert (row("ada")["counted"], row("ada")["status"]) == ("hard", "graded")
    grade("bo", easy=1.0, hard=0.5, manual=0)
    assert row("bo")["counted"] == "easy"
    assert row("bo")["percent"] == round(100 * row("bo")["score"] / row("bo")["max_score"], 1)


def test_a_notebook_not_handed_in_does_not_lower_the_other(grade, row):
    grade("ada", easy=1.0, manual=3)
    assert row("ada")["percent"] == 100 and row("ada")["notebooks"] == "easy 20/20; hard not handed in"


def test_answers_that_a_person_must_read_are_announced(grade, row):
    grade("ada", easy=1.0)
    assert row("ada")["status"] == "needs manual grading"


def test_an_unreadable_notebook_is_no_zero(grade, row):
    grade("ada", easy=0.0, notes={"easy": {"unreadable": "the file is cut off"}})
    assert (row("ada")["status"], row("ada")["score"]) == ("not graded", "")
    assert "easy: the file is cut off" in row("ada")["reason"]


LOST = {"hard": {"unreadable": "the file is cut off"}}


@pytest.mark.parametrize("easy", [0.0, 0.5])
def test_where_the_lost_one_could_have_been_better_there_is_no_score(grade, row, easy):
    grade("ada", easy=easy, hard=0.0, notes=LOST | {"easy": {"problems": ["for the instructor"]}}, manual=0)
    found = row("ada")
    assert (found["status"], found["score"], found["percent"]) == ("not graded", "", "")
    assert found["reason"] == "hard: the file is cut off" and "easy " in found["notebooks"]


@pytest.mark.parametrize(("lost", "other"), [("easy", "hard"), ("hard", "easy")])
def test_where_the_lost_one_could_not_have_been_better_the_other_counts_and_the_reason_is_told(grade, row, lost, other):
    grade("ada", **{lost: 0.0, other: 1.0}, manual=3, notes={lost: {"unreadable": "the file is cut off"}})
    found = row("ada")
    assert (found["counted"], found["percent"], found["status"]) == (other, 100, "graded, see reason")
    assert found["reason"] == f"{lost}: the file is cut off"


def test_a_person_decides_about_a_lost_notebook_by_points_for_what_the_judge_judges(course, grade, row):
    grade("ada", easy=0.5, hard=0.0, manual=0, notes=LOST)

    def points(decided, auto=0.0):
        with engine.gradebook(course) as book:
            grades = book.find_submission_notebook("hard", "2-syncsgd", "ada").grades
            check = next(one for one in grades if one.name.startswith("check-"))
            check.auto_score, check.manual_score, check.needs_manual_grade = auto, 0.0, not decided
            book.db.commit()

    points(False)  # as a new grading leaves points of before
    assert row("ada")["score"] == ""
    points(True, auto=None)  # a written answer
    assert row("ada")["score"] == ""
    points(True)
    assert (row("ada")["counted"], row("ada")["status"]) == ("easy", "graded, see reason")
    assert "the file is cut off" in row("ada")["reason"]


def test_of_notebooks_that_add_up_a_lost_one_leaves_no_score(course, grade):
    plugin = BetterOfExport(config=engine.settings(course), alternatives=[])
    grade("ada", easy=1.0, hard=0.5, manual=3)
    grade("bo", easy=1.0, hard=0.0, manual=3, notes=LOST)
    with engine.gradebook(course) as book:
        ada, bo = plugin.rows(book)
    assert ada["counted"] == "easy + hard" and (bo["status"], bo["score"]) == ("not graded", "")


@pytest.mark.parametrize("text", ["", '{"metadata": ', "{}", "[]", '{"metadata": []}', "\udcff"])
def test_one_damaged_graded_notebook_costs_one_student_the_grade(course, grade, row, text):
    grade("ada", easy=1.0, manual=3)
    grade("bo", easy=1.0, manual=3)
    file = course.folder("autograded") / "bo" / "2-syncsgd" / "easy.ipynb"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert row("ada")["score"] == 20
    assert (row("bo")["score"], row("bo")["reason"]) == ("", "easy: the graded notebook is damaged: grade it again")


def test_what_was_handed_in_again_does_not_have_the_score_of_the_one_before(course, grade, row):
    grade("ada", easy=1.0, manual=3)
    file = course.folder("submitted") / "ada" / "2-syncsgd" / "easy.ipynb"
    text = file.read_text()
    nb = nbformat.v4.new_notebook()
    origin.NoteOrigin().preprocess(nb, {"metadata": {"path": str(file.parent), "name": "easy"}})
    (course.folder("autograded") / "ada" / "2-syncsgd" / "easy.ipynb").write_text(nbformat.writes(nb))
    assert row("ada")["status"] == "graded"
    file.write_text(text[:-1] + " ")  # as many bytes
    assert (row("ada")["status"], row("ada")["score"], row("ada")["reason"]) == ("not graded", "", f"easy: {AGAIN}")
    file.write_text(text + " ")
    assert row("ada")["score"] == ""


def test_what_nobody_judged_is_no_zero(grade, row):
    grade("ada", easy=0.0, notes={"easy": {"unjudged": "no kernel would start"}})
    assert (row("ada")["status"], row("ada")["score"]) == ("not graded", "")
    assert row("ada")["reason"] == "easy: no kernel would start"


def test_a_submission_that_was_never_graded_says_what_to_do(course, row):
    folder = course.folder("submitted") / "zoe" / "2-syncsgd"
    folder.mkdir(parents=True)
    assert "holds none of easy.ipynb, hard.ipynb" in row("zoe")["reason"]
    (folder / "easy.ipynb").write_text("{}")
    assert (row("zoe")["status"], row("zoe")["score"]) == ("not graded", "")
    assert "nbgrader autograde 2-syncsgd --student zoe" in row("zoe")["reason"]


def test_a_notebook_that_a_browser_renamed_is_named_with_what_to_do(course, row):
    folder = course.folder("submitted") / "zoe" / "2-syncsgd"
    folder.mkdir(parents=True)
    (folder / "easy (1).ipynb").write_text("{}")
    told = "found easy (1).ipynb, which is not one of easy.ipynb, hard.ipynb: rename it"
    outcome = engine.autograde(course, "2-syncsgd", "zoe")
    assert not outcome.ok and outcome.reason() == told
    assert (row("zoe")["status"], row("zoe")["score"], row("zoe")["reason"]) == ("not graded", "", told)
    with engine.gradebook(course) as book:  # as plain nbgrader leaves it
        book.update_or_create_student("zoe")
        book.update_or_create_submission("2-syncsgd", "zoe")
    assert (row("zoe")["status"], row("zoe")["score"], row("zoe")["reason"]) == ("not graded", "", told)


def test_an_assignment_without_points_is_left_out(course, row):
    with engine.gradebook(course) as book:
        book.add_student("ada")
        book.add_assignment("playground")
        book.add_notebook("playground", "playground")
    assert {one["assignment"] for one in table.rows(course)} == {"2-syncsgd"}


def test_who_handed_in_nothing_has_a_zero_that_says_so(course, row):
    with engine.gradebook(course) as book:
        book.add_student("ada", first_name="Ada")
    assert (row("ada")["status"], row("ada")["score"], row("ada")["first_name"]) == ("not submitted", 0.0, "Ada")


def test_the_file_can_be_read_again_and_runs_nothing_in_a_spreadsheet(course, grade, tmp_path):
    grade("ada, b", easy=1.0, notes={"easy": {"problems": ["=cmd()", 'said "no",\nand left']}})
    with engine.gradebook(course) as book:
        book.update_or_create_student("ada, b", last_name="=1+1")
    table.export(course, ["2-syncsgd"], tmp_path / "new folder" / "grades.csv")
    with open(tmp_path / "new folder" / "grades.csv", newline="", encoding="utf-8") as stream:
        (line,) = csv.DictReader(stream)
    assert tuple(line) == COLUMNS
    assert line["student_id"] == "ada, b" and line["last_name"] == "'=1+1" and 'said "no",\nand left' in line["reason"]


def test_the_table_shows_every_student_and_the_reason(course, grade):
    grade("ada", easy=1.0, manual=3)
    grade("bo", easy=0.0, notes={"easy": {"unreadable": "the file is cut off"}})
    text = table.show(table.rows(course, "2-syncsgd"))
    assert "20 of 20" in text and "the file is cut off" in text and "not graded" in text
