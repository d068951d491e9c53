"""Collecting a class: read, recognise, match, choose, write."""

import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autograde import engine
from autograde.collecting import formats, place
from autograde.collecting.formats import Handin
from autograde.collecting.layout import Submission, choose, lay_out, put
from autograde.collecting.roster import Person, Roster, split_name
from autograde.collecting.safe import digest, file_name, shown, student_id
from autograde.collecting.source import Limits, read
from autograde.course import Course
from autograde.errors import CourseError
from autograde.names import misnamed

KINDS = ("canvas", "moodle", "gradescope", "folders")
#: The largest notebook that the grader reads, in bytes; a larger one it names itself.
READ = 20_000_000


@dataclass
class Collected:
    """How it ended. ``outcomes``: student -> place.NEW and so on; ``lines``: (who, what an instructor should know)."""

    kind: str
    outcomes: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    unmatched: list[tuple[str, str]] = field(default_factory=list)
    without_notebook: list[str] = field(default_factory=list)
    absent: list[Person] = field(default_factory=list)
    late: int = 0
    submissions: int = 0


def collect(
    course: Course,
    assignment: str,
    source: Path,
    roster: Roster | None = None,
    kind: str = "",
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """Put what the source holds into ``submitted/<student>/<assignment>/``, and its people into the gradebook.

    kind: one of KINDS, or "" to recognise it. Raises CourseError where the source is not to be read at all or empty.
    """
    wanted = notebooks(course, assignment)
    with tempfile.TemporaryDirectory(prefix="collect-", ignore_cleanup_errors=True) as scratch:
        reading = read(source, Path(scratch), limits)
        kind = formats.recognise(reading, assignment, kind, partial(_known, roster) if roster else lambda name: False)
        others = set(course.assignments()) - {assignment}
        found = formats.understand(reading, kind, assignment, set(wanted), others)
        if not found.handins:
            raise CourseError(_nothing(source, kind, found.nobodys))
        done = Collected(kind, submissions=len(found.handins), late=sum(one.late for one in found.handins))
        done.lines += [("/".join(map(shown, t.parts)) or shown(source.name), t.says) for t in found.troubles]
        if kind == "folders" and reading.around and len(found.handins) == 1 and not roster:
            who, around = shown(found.handins[0].label, 60), shown(reading.around, 60)
            done.lines.append(
                (who, f"taken for the student, in a folder {around}; if {around} is, rename {who} to {assignment}")
            )
        intake = place.Intake(course, assignment)
        people, strangers = _whose(found.handins, kind, roster)
        try:
            for number, (person, handins) in enumerate(people, 1):
                _one(intake, person, handins, wanted, done)
                if roster:
                    for one in handins:
                        intake.matched(_folder(one))
                if progress:
                    progress(number, len(people))
            for handin, why in strangers:
                made = lay_out(handin, wanted)
                kept = intake.put_unmatched(_folder(handin), made)
                done.lines += [(shown(handin.label), note) for note in made.notes]
                done.unmatched.append((shown(handin.label), f"{why}; kept in {engine.relative(kept)}"))
            if found.nobodys:
                loose = Submission("loose files")
                for entry in found.nobodys:
                    put(loose, entry.parts, entry)
                kept = intake.put_unmatched("loose files", loose)
                names = ", ".join(shown("/".join(e.parts), 60) for e in found.nobodys[:3])
                more = ", …" if len(found.nobodys) > 3 else ""
                done.unmatched.append((f"{names}{more}", f"nothing tells whose it is; kept in {engine.relative(kept)}"))
        finally:
            intake.save()
    everybody = roster.people if roster else []
    done.absent = [person for person in everybody if person.id not in done.outcomes]
    _record(course, [*everybody, *(person for person, _ in people)])
    return done


def notebooks(course: Course, assignment: str) -> list[str]:
    """File names of the notebooks of an assignment."""
    sources = course.sources / assignment
    return sorted({f"{file.stem}.ipynb" for kind in ("py", "ipynb") for file in sources.glob(f"*.{kind}")})


def _whose(
    handins: list[Handin], kind: str, roster: Roster | None
) -> tuple[list[tuple[Person, list[Handin]]], list[tuple[Handin, str]]]:
    """Submissions by student; and those that are nobody's in the roster, with the reason."""
    strangers: list[tuple[Handin, str]] = []
    whose: dict[str, tuple[Person, list[Handin]]] = {}
    names = [one.name.casefold() for one in handins]
    for handin in handins:
        person: Person | None
        if roster:
            person, why = roster.match(handin, kind)
            if person is None:
                strangers.append((handin, why))
                continue
        else:
            person = _by_itself(handin, kind, names)
            if person is None:
                strangers.append((handin, "the source does not say who it is"))
                continue
        # On a disk that does not tell a from A two such ids would be one folder.
        twin = whose.get(person.id.casefold())
        if twin and twin[0].id != person.id:
            person = Person(f"{person.id}-{digest(person.id)}", person.first_name, person.last_name, person.email)
        whose.setdefault(person.id.casefold(), (person, []))[1].append(handin)
    return list(whose.values()), strangers


def _known(roster: Roster, name: str) -> bool:
    """Whether a folder or zip file of this name is that of somebody in the roster."""
    name = name.removesuffix(".zip")
    return roster.match(Handin(name, name, {"id": name}), "folders")[0] is not None


def _by_itself(handin: Handin, kind: str, names: list[str]) -> Person | None:
    """A student as the source alone tells of them; None where it tells nothing."""
    keys = handin.keys
    if kind == "canvas":
        return Person(student_id(handin.label), lms_id=keys["lms"])
    if kind == "moodle":
        # The number is another one in every assignment: only needed for people of the same name.
        again = names.count(handin.name.casefold()) > 1
        identity = f"{handin.name}-{keys['lms']}" if again else handin.name
        return Person(student_id(identity), *split_name(handin.name), lms_id=keys["lms"])
    chosen = keys.get("id") or keys.get("email") or handin.name
    if not chosen:
        return None
    first, last = split_name(handin.name) if kind == "gradescope" else ("", "")
    return Person(student_id(chosen), first, last, keys.get("email", ""))


def _one(intake: place.Intake, person: Person, handins: list[Handin], wanted: list[str], done: Collected) -> None:
    who = person.id
    try:
        made = lay_out(choose(handins), wanted)
        made.notes += list(_bad_notebooks(made, wanted))
        done.outcomes[who] = intake.put(who, made)
    except OSError as error:
        done.lines.append((who, f"could not be written ({error.strerror or error})"))
        done.without_notebook.append(who)
        return
    if done.outcomes[who] == place.OLDER:
        done.lines.append((who, "what is there already was handed in later; it stays"))
    if done.outcomes[who] == place.CHANGED:
        done.lines.append((who, "handed in again: the new submission counts, the one before is kept in intake/"))
    done.lines += [(who, note) for note in made.notes]
    why = misnamed(intake.course.folder("submitted") / who / intake.assignment, wanted)
    if why:
        done.without_notebook.append(who)
        done.lines.append((who, why))


def _bad_notebooks(made: Submission, wanted: Iterable[str]) -> Iterable[str]:
    for name in wanted:
        entry = made.files.get((name,))
        if entry is None or entry.size > READ:
            continue
        try:
            good = isinstance(json.loads(entry.file.read_bytes()).get("cells"), list)
        except (ValueError, AttributeError, RecursionError):
            good = False
        if not good:
            yield f"{name} is not a notebook that can be read; grading will say so to the student"


def _folder(handin: Handin) -> str:
    return file_name(handin.label)


def _nothing(source: Path, kind: str, nobodys: list[formats.Entry]) -> str:
    if not nobodys:
        return f"{source} holds no submission."
    names = ", ".join(shown("/".join(entry.parts), 60) for entry in nobodys[:3])
    wants = {
        "canvas": "lastnamefirstname_123_456_file.ipynb",
        "moodle": "Full Name_123_assignsubmission_file_/",
        "gradescope": "submission_123/",
        "folders": "a folder or a zip file for each student",
    }[kind]
    return f"{source} holds {names}{', …' if len(nobodys) > 3 else ''}, which tells no student: expected {wants}."


def _record(course: Course, people: list[Person]) -> None:
    """Let nbgrader know everybody, with what is known of them; nothing that it knows is emptied."""
    with engine.gradebook(course) as book:
        known = {student.id: student for student in book.students}
        for person in people:
            told = {key: getattr(person, key)[:128] for key in ("first_name", "last_name", "email")}
            told = {key: value for key, value in told.items() if value}
            there = known.get(person.id)
            if there is None:
                known[person.id] = book.update_or_create_student(person.id, **told)
            elif any(getattr(there, key) != value for key, value in told.items()):
                book.update_or_create_student(person.id, **told)
