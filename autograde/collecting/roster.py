"""Who is in the class: a CSV file with whatever columns a platform or a person gives it."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograde.collecting.formats import Handin
from autograde.collecting.safe import shown, student_id
from autograde.errors import CourseError

#: Names of columns, without case, spaces and signs; the first that a row fills is the student's id.
IDS = (
    "studentid", "id", "username", "user", "login", "loginid", "netid", "sisloginid", "idnumber", "sid",
    "studentnumber", "matriculation", "matriculationnumber", "matrikelnummer", "sisuserid",
)  # fmt: skip
LMS = ("lmsid", "lmsuserid", "canvasid", "canvasuserid", "moodleid", "identifier", "participant", "participantid")
FIRST = ("firstname", "first", "givenname", "givennames", "forename", "vorname")
LAST = ("lastname", "last", "surname", "familyname", "nachname")
NAME = ("name", "fullname", "student", "studentname", "sortablename")
EMAIL = ("email", "emailaddress", "mail", "useremail")
SECTION = ("section",)


@dataclass(frozen=True)
class Person:
    """One student. ``id`` is the name of their folder; ``row`` is the roster's line as it stands there."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    known_as: frozenset[str] = frozenset()
    row: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Roster:
    """The class. ``columns``: the file's own, in order. ``troubles``: lines that could not be used, and why."""

    people: list[Person]
    columns: list[str]
    troubles: list[str] = field(default_factory=list)

    def match(self, handin: Handin, kind: str) -> tuple[Person | None, str]:
        """Whose submission it is, or None and why. Numbers first, then e-mail addresses, then names.

        Moodle counts people anew in every assignment, so that there a number counts only where the name agrees.
        """
        number = handin.keys.get("lms", "")
        for person in self.people:
            same_name = not handin.name or not person.name or _words(handin.name) == _words(person.name)
            if number and person.lms_id == number and (kind != "moodle" or same_name):
                return person, ""
        for key in ("email", "id"):
            value = handin.keys.get(key, "").casefold()
            found = [person for person in self.people if value and value in person.known_as]
            if len(found) == 1:
                return found[0], ""
        return self._by_name(handin)

    def _by_name(self, handin: Handin) -> tuple[Person | None, str]:
        joined = handin.keys.get("canvas", "")
        found = [
            person
            for person in self.people
            if (handin.name and person.name and _words(handin.name) == _words(person.name))
            or (joined and person.name and _joined(joined) == _joined(person.last_name + person.first_name))
        ]
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"{len(found)} people in the roster have that name; put the platform's number into the roster"
        return None, "nobody in the roster has that number, e-mail address or name"


def read(file: Path) -> Roster:
    """Read a roster. Raises CourseError where it is no table with a column that can be an id."""
    rows, columns = _table(file)
    named = {_plain(column): column for column in reversed(columns)}
    canvas = "student" in named and "id" in named and {"sisloginid", "sisuserid", "section"} & named.keys()
    lms = [*LMS, "id"] if canvas else list(LMS)
    ids = [name for name in IDS if name in named and not (canvas and name == "id")]
    if not ids and not any(name in named for name in (*EMAIL, *lms)):
        raise CourseError(
            f"{file} has the columns {', '.join(map(shown, columns)) or '(none)'}; a roster needs one with an id: "
            "student_id, id, username or email (and, if there are, first_name, last_name, email, lms_id)."
        )
    roster = Roster([], columns)
    taken: dict[str, int] = {}
    for line, row in rows:
        if "points possible" in row.get(named.get("student", ""), "").casefold():
            continue  # Canvas's second line
        person = _person(row, named, ids, lms)
        if person is None:
            if any(value.strip() for value in row.values()) and not (canvas and "," not in row[named["student"]]):
                roster.troubles.append(f"line {line} has no id, and was left out")
            continue
        if person.id.casefold() in taken:
            roster.troubles.append(
                f"line {line} has the id {shown(person.id)} of line {taken[person.id.casefold()]}, and was left out"
            )
            continue
        taken[person.id.casefold()] = line
        roster.people.append(person)
    if not roster.people:
        raise CourseError(f"{file} lists nobody.")
    return roster


def _person(row: dict[str, str], named: dict[str, str], ids: list[str], lms: Sequence[str]) -> Person | None:
    def first(*names: str) -> str:
        return next((row[named[n]].strip() for n in names if n in named and row[named[n]].strip()), "")

    email, number = first(*EMAIL), re.sub(r"^\D+(?=\d+$)", "", first(*lms))
    chosen = first(*ids) or email or number
    if not chosen:
        return None
    given, family = first(*FIRST), first(*LAST)
    if not given and not family:
        given, family = split_name(first(*NAME))
    known = {row[named[name]].strip().casefold() for name in ids} | {email.casefold(), chosen.casefold()}
    return Person(student_id(chosen), given, family, email, number, frozenset(known - {""}), row)


def _table(file: Path) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise CourseError(f"The roster {file} cannot be read ({error.strerror}).") from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    if raw[:2] == b"PK" or "\0" in text:
        raise CourseError(f"{file} is not a CSV file: save the table as CSV and give that file.")
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, restval="", restkey="…")
    try:
        columns = [column.strip() for column in reader.fieldnames or []]
        reader.fieldnames = columns
        rows = [
            (reader.line_num, {key: value for key, value in row.items() if isinstance(value, str)}) for row in reader
        ]
    except csv.Error as error:
        raise CourseError(f"{file} is not a CSV file that can be read ({error}).") from error
    return rows, columns


def split_name(name: str) -> tuple[str, str]:
    """First and last name of "Last, First" or "First Last"."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last.strip()


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.casefold())


def _bare(text: str) -> str:
    """Without case and accents."""
    text = unicodedata.normalize("NFKD", text)
    return "".join(c for c in text if not unicodedata.combining(c)).casefold()


def _words(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", _bare(name)))


def _joined(name: str) -> str:
    return re.sub(r"[\W_]", "", _bare(name))
