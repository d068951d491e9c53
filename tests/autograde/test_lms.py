"""Grades for Canvas and Moodle."""

import csv

import pytest

from autograde import lms
from autograde.collecting import roster
from autograde.errors import CourseError


def row(student, status="graded", score=15.0, most=20.0, assignment="2-syncsgd", reason="", **more):
    blank = status in ("not graded",)
    return {
        "assignment": assignment,
        "student_id": student,
        "first_name": "",
        "last_name": "",
        "email": "",
        "status": status,
        "score": "" if blank else score,
        "max_score": most,
        "notebooks": f"easy {score:g}/{most:g}",
        "reason": reason,
        **more,
    }


ROWS = [
    row("al1"),
    row("cb2", "not graded", reason="easy: the file is cut off"),
    row("dk3", "needs manual grading", 10.0),
    row("zz9", "not submitted", 0.0, 0.0),
]


@pytest.fixture
def people(tmp_path):
    def _people(text):
        file = tmp_path / "roster.csv"
        file.write_text(text, encoding="utf-8")
        return roster.read(file)

    return _people


@pytest.fixture
def written(tmp_path):
    """The file's lines, as the platform reads them, by one of their columns."""

    def _written(sheet, key):
        sheet.write(tmp_path / "new" / "grades.csv")
        with open(tmp_path / "new" / "grades.csv", newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            return reader.fieldnames, {line[key]: line for line in reader}

    return _written


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,2-SyncSGD (90210)
    Points Possible,,,,,20
"Lovelace, Ada",11,u1,al1,S1,
"Babbage, Charles",12,u2,cb2,S1,
"=HYPERLINK(""x"")",13,u3,dk3,S1,
"Zed, Zoe",14,u4,zz9,S1,
"""


def test_canvas_gets_its_own_columns_ids_and_title(people, written):
    made = lms.sheet("canvas", ROWS, people(CANVAS), lms.Wish())
    columns, lines = written(made, "Student")
    assert columns == [*lms.CANVAS, "2-SyncSGD (90210)"]
    grades = {name: line["2-SyncSGD (90210)"] for name, line in lines.items()}
    assert list(grades.items())[0] == ("Points Possible", "20")
    assert grades["Lovelace, Ada"] == "15" and lines["Lovelace, Ada"]["ID"] == "11"
    assert lines["Lovelace, Ada"]["SIS Login ID"] == "al1" and lines["Lovelace, Ada"]["Section"] == "S1"
    assert grades["Babbage, Charles"] == "" and grades["Zed, Zoe"] == ""  # neither is a silent 0
    assert grades['\'=HYPERLINK("x")'] == "10"
    assert made.blank == [("cb2, 2-syncsgd", "easy: the file is cut off")]
    assert made.missing == ["zz9"] and [who for who, _ in made.provisional] == ["dk3, 2-syncsgd"]


def test_canvas_without_a_number_in_the_title_says_what_it_will_do(people):
    made = lms.sheet("canvas", ROWS, people("id,name\nal1,Ada Lovelace\n"), lms.Wish())
    assert "makes a new one otherwise" in made.notes[0] and made.columns[-1] == "2-syncsgd"
    assert made.lines[1]["Student"] == "Lovelace, Ada" and made.lines[1]["SIS Login ID"] == "al1"
    assert made.unknown == ["cb2", "dk3", "zz9"]
    made = lms.sheet("canvas", ROWS, None, lms.Wish(column="SGD (7)"))
    assert made.columns[-1] == "SGD (7)" and not made.notes and len(made.lines) == 5


WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments
Participant 41,Ada Lovelace,al1,Submitted,,50.00,-,
Participant 42,Charles Babbage,cb2,Submitted,,50.00,-,old
Participant 43,Don Knuth,dk3,Submitted,,50.00,-,
"""


def test_moodles_grading_worksheet_is_filled_in(people, written):
    columns, lines = written(lms.sheet("moodle", ROWS, people(WORKSHEET), lms.Wish()), "Identifier")
    assert columns == WORKSHEET.splitlines()[0].split(",")
    assert lines["Participant 41"]["Grade"] == "37.5"  # 15 of 20 is 37.5 of the 50 that Moodle gives
    assert lines["Participant 42"]["Grade"] == ""
    assert lines["Participant 42"]["Feedback comments"] == "Not graded: easy: the file is cut off"
    assert lines["Participant 43"]["Feedback comments"] == "easy 10/20; the written answers are not marked yet"
    assert lines["Participant 41"]["Last modified (grade)"] == "'-"


def test_moodles_gradebook_import(people, written):
    table = "id,first name,last name,email,ID number\nal1,Ada,Lovelace,ada@example.org,i1\ncb2,Charles,Babbage,,\n"
    columns, lines = written(lms.sheet("moodle", ROWS, people(table), lms.Wish(out_of=100)), "ID number")
    assert columns == [
        "ID number", "First name", "Last name", "Email address", "2-syncsgd", "2-syncsgd feedback",
    ]  # fmt: skip
    assert lines["i1"]["Email address"] == "ada@example.org" and lines["i1"]["2-syncsgd"] == "75"
    assert lines["cb2"]["2-syncsgd"] == ""


def test_every_grade_with_a_reason_is_listed_with_it():
    stopped = "easy: grading stopped early: it took too long"
    rows = [row("a"), row("b", "graded, see reason", 0.0, reason=stopped)]
    rows += [row("c", "needs manual grading", 0.0, reason="hard: cut off"), row("d", "needs manual grading")]
    made = lms.sheet("canvas", rows, None, lms.Wish(column="x (1)"))
    assert made.noted == [("b, 2-syncsgd", stopped), ("c, 2-syncsgd", "hard: cut off")]
    assert [who for who, _ in made.provisional] == ["c, 2-syncsgd", "d, 2-syncsgd"] and not made.blank


def test_what_an_instructor_may_ask_for_instead():
    made = lms.sheet("canvas", ROWS, None, lms.Wish(final_only=True, missing_zero=True, column="x (1)"))
    assert [line["x (1)"] for line in made.lines] == [20, 15, "", "", 0]


def test_different_maxima_are_brought_to_a_hundred():
    made = lms.sheet("canvas", [row("a", score=10.0), row("b", score=8.0, most=16.0)], None, lms.Wish())
    assert [line["2-syncsgd"] for line in made.lines] == [100, 50, 50] and "out of 100" in " ".join(made.notes)


def test_the_reasons_that_are_for_the_instructor_do_not_reach_the_student():
    made = lms.sheet("moodle", [row("a", "graded, see reason", reason="put there by hand")], None, lms.Wish())
    assert "by hand" not in made.lines[0]["2-syncsgd feedback"]


def test_one_title_or_worksheet_is_for_one_assignment(people):
    two = [*ROWS, row("al1", assignment="3-optimizers")]
    with pytest.raises(CourseError, match="--column names one assignment"):
        lms.sheet("canvas", two, None, lms.Wish(column="x (1)"))
    with pytest.raises(CourseError, match="worksheet is of one assignment"):
        lms.sheet("moodle", two, people(WORKSHEET), lms.Wish())
    assert lms.sheet("canvas", two, None, lms.Wish()).columns[-2:] == ["2-syncsgd", "3-optimizers"]
