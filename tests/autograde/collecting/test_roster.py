import pytest

from autograde import engine
from autograde.collecting import roster
from autograde.collecting.formats import Handin
from autograde.errors import CourseError
from tests.autograde.collecting.conftest import NOTEBOOK

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,2-syncsgd (90210)
    Points Possible,,,,,20
"Lovelace, Ada",11,u11,al1,S1,
"Babbage, Charles",12,u12,cb2,S1,
"Student, Test",99,,,S1,
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments
Participant 4711,Ada Lovelace,ada@example.org,Submitted,,50.00,-,
Participant 4712,Zoë O'Neil,zoe@example.org,Submitted,,50.00,-,
"""
OWN = (
    "matriculation number;Vorname;Nachname;E-Mail\n7;Ada;Lovelace;ada@example.org\n\n8;Bo;Lovelace;\n;;;\n7;Cy;Twin;\n"
)


@pytest.fixture
def read(tmp_path):
    def _read(text):
        file = tmp_path / "roster.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return roster.read(file)

    return _read


def test_canvas_gradebook_export(read):
    people = read(CANVAS).people
    assert [(p.id, p.first_name, p.last_name, p.lms_id) for p in people][:2] == [
        ("al1", "Ada", "Lovelace", "11"),
        ("cb2", "Charles", "Babbage", "12"),
    ]


def test_moodle_grading_worksheet(read):
    (ada, zoe) = read(MOODLE).people
    assert (ada.id, ada.name, ada.email, ada.lms_id) == ("ada@example.org", "Ada Lovelace", "ada@example.org", "4711")
    assert (zoe.first_name, zoe.last_name) == ("Zoë", "O'Neil")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_of_ones_own_whatever_its_encoding(read, encoding):
    found = read(OWN.replace("Bo", "Björn").encode(encoding))
    assert [(p.id, p.name) for p in found.people] == [("7", "Ada Lovelace"), ("8", "Björn Lovelace")]
    assert found.troubles == ["line 6 has the id 7 of line 2, and was left out"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour,shoe size\nred,40\n", "has the columns colour, shoe size; a roster needs one with an id"),
        ("id,name\n", "lists nobody"),
        ("", "has the columns (none)"),
        (b"PK\x03\x04rest", "is not a CSV file: save the table as CSV"),
    ],
)
def test_what_is_no_roster_is_told(read, text, said):
    with pytest.raises(CourseError) as error:
        read(text)
    assert said in str(error.value)


def test_people_are_found_by_number_address_id_and_name(read):
    canvas, moodle = read(CANVAS), read(MOODLE)

    def who(table, kind, name="", **keys):
        person, why = table.match(Handin("x", name, keys), kind)
        return person.id if person else why

    assert who(canvas, "canvas", lms="11") == "al1"
    assert who(canvas, "canvas", lms="77", canvas="babbagecharles") == "cb2"
    assert who(canvas, "gradescope", id="AL1") == "al1" and who(canvas, "folders", id="u12") == "cb2"
    assert who(moodle, "moodle", "ADA lovelace", lms="4711") == "ada@example.org"
    assert who(moodle, "gradescope", email="Zoe@example.org") == "zoe@example.org"
    assert who(moodle, "moodle", "Zoe O Neil", lms="1") == "zoe@example.org"
    # The same number in another assignment of Moodle is another person.
    assert "nobody in the roster" in who(moodle, "moodle", "Eve", lms="4711")


def test_people_of_one_name_are_not_guessed(read):
    table = read("id,name\n1,Ada Lovelace\n2,Ada Lovelace\n")
    person, why = table.match(Handin("x", "Ada Lovelace"), "moodle")
    assert person is None and why.startswith("2 people in the roster have that name")


def test_the_gradebook_knows_the_class_and_forgets_nothing(read, take, small):
    with engine.gradebook(small) as book:
        book.add_student("al1", first_name="Augusta", email="augusta@example.org")
    take({"lovelaceada_11_1_easy.ipynb": NOTEBOOK}, read(CANVAS))
    with engine.gradebook(small) as book:
        known = {student.id: student for student in book.students}
        assert (known["al1"].first_name, known["al1"].email) == ("Ada", "augusta@example.org")
        assert known["cb2"].last_name == "Babbage"
