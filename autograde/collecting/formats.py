"""How Canvas, Moodle, Gradescope and ordinary folders name what was handed in, and which of them it is.

Canvas: ``lovelaceada_LATE_4711_90210_easy-1.ipynb``, all in one folder: sortable name, "LATE" where it was, the user's
number, the file's number, the file; "-1" counts what was handed in again. Without names:
``anon_x7Q2v_90210_easy.ipynb``. Moodle: ``Ada Lovelace_4711_assignsubmission_file_/easy.ipynb``, or the same as one
flat name; the number is a person's in this one assignment. Gradescope: ``submission_4711/easy.ipynb`` and
``submission_metadata.yml``, which says whose it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath

from autograde.collecting.safe import shown
from autograde.collecting.source import Entry, Reading, Trouble, is_archive

CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_((?P<file>\d+)_(?P<rest>.+)|(?P<text>(text|link)\.html))", re.DOTALL
)
ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<name>anon_(?P<user>[A-Za-z0-9]+))_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL)
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext)(_(?P<rest>.*))?", re.DOTALL
)
GRADESCOPE = re.compile(r"submission_(?P<user>\d+)")
METADATA = "submission_metadata.yml"


@dataclass
class Handin:
    """What one person handed in at one time.

    label: how the source calls it. name: the person's name, if it tells. keys: what else it tells of the person: "lms"
    (a number), "id", "email", "canvas" (last and first name run together). order: a later one is greater.
    files: (path within the submission, entry).
    """

    label: str
    name: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    time: datetime | None = None
    order: tuple[float, ...] = ()
    files: list[tuple[tuple[str, ...], Entry]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    late: bool = False


@dataclass
class Class:
    """A source, understood: the submissions, the entries that are nobody's, and what is wrong with the whole."""

    kind: str
    handins: list[Handin]
    nobodys: list[Entry]
    troubles: list[Trouble]


def recognise(
    reading: Reading, assignment: str, forced: str = "", student: Callable[[str], bool] = lambda name: False
) -> str:
    """What most of the names look like: "canvas", "moodle", "gradescope" or "folders". Drops folders around it all.

    student: whether a name is known to be a student's; such a folder stays.
    """
    if forced != "folders":
        _unwrap(reading, assignment, student, lambda tops: max(_votes(tops).values()) > 0)
    votes = _votes(_tops(reading))
    best = max(votes, key=lambda kind: votes[kind])
    kind = forced or (best if votes[best] else "folders")
    if kind == "folders":
        _unwrap(reading, assignment, student, lambda tops: False)
    return kind


def understand(reading: Reading, kind: str, assignment: str, wanted: set[str], others: set[str]) -> Class:
    """Who handed in what.

    wanted: the file names of the assignment's notebooks. others: the course's other assignments, whose folders are
    passed over where a student's folder has one for each assignment.
    """
    if kind == "gradescope":
        from autograde.collecting.gradescope import understand_gradescope

        return understand_gradescope(reading)
    folder = partial(_folder, assignment=assignment, others=others)
    ways: dict[str, Callable[[tuple[str, ...]], Place]] = {"canvas": _canvas, "moodle": _moodle, "folders": folder}
    named = ways[kind]
    people: dict[str, Handin] = {}
    found = Class(kind, [], [], [])
    for entry in reading.entries:
        place = named(entry.parts)
        if place is None:
            found.nobodys.append(entry)
        elif place[1]:
            person = people.setdefault(place[0].label, place[0])
            person.late = person.late or place[0].late
            person.files.append((place[1], entry))
    for trouble in reading.troubles:
        place = named(trouble.parts)
        if place is None:
            found.troubles.append(trouble)
        else:
            person = people.setdefault(place[0].label, place[0])
            where = "/".join(trouble.parts[1:]) or trouble.parts[0]
            person.troubles.append(f"{shown(where)} {trouble.says}")
    found.handins = list(people.values())
    for handin in found.handins:
        if kind == "canvas":
            _latest_of_canvas(handin, wanted)
        handin.order = (max((entry.time for _, entry in handin.files), default=0.0),)
    return found


Place = tuple[Handin, tuple[str, ...]] | None


def _canvas(parts: tuple[str, ...]) -> Place:
    top = parts[0] if parts else ""
    match = ANONYMOUS.fullmatch(top) or CANVAS.fullmatch(top)
    if not match:
        return None
    told = match.groupdict()
    handin = Handin(f"{told['name']}_{told['user']}", late=bool(told["late"]))
    handin.keys = {"lms": told["user"], "canvas": told["name"]}
    return handin, (told["rest"] or told["text"], *parts[1:])


def _moodle(parts: tuple[str, ...]) -> Place:
    match = MOODLE.fullmatch(parts[0]) if parts else None
    if not match:
        return None
    handin = Handin(f"{match['name']}_{match['user']}", match["name"], {"lms": match["user"]})
    # A folder "…_assignsubmission_file_" has nothing behind it; a flat name has the file's.
    inside = ((match["rest"],) if match["rest"] and not is_archive(match["rest"]) else ()) + parts[1:]
    return handin, inside or ((match["rest"],) if match["rest"] else ())


def _folder(parts: tuple[str, ...], assignment: str, others: set[str]) -> Place:
    if not parts or (len(parts) == 1 and not is_archive(parts[0])):
        return None
    name = parts[0][:-4] if is_archive(parts[0]) else parts[0]
    # An archive beside a folder of the same name is another submission of the same student.
    handin = Handin(parts[0], name, {"id": name})
    inside = parts[1:] or parts
    if len(inside) > 1 and inside[0] != assignment and inside[0] in others:
        return handin, ()
    return handin, inside


def _latest_of_canvas(handin: Handin, wanted: set[str]) -> None:
    """Of files that Canvas numbered because they were handed in again keep the last, under its own name."""
    groups: dict[str, dict[tuple[int, int, str], list[tuple[tuple[str, ...], Entry]]]] = {}
    names = {inside[0] for inside, _ in handin.files}
    for inside, entry in handin.files:
        base, number = _numbered(inside[0], names | wanted)
        match = ANONYMOUS.fullmatch(entry.parts[0]) or CANVAS.fullmatch(entry.parts[0])
        file = int(match["file"]) if match and match["file"] else 0
        groups.setdefault(base, {}).setdefault((number, file, inside[0]), []).append(((base, *inside[1:]), entry))
    handin.files = []
    for base, versions in groups.items():
        last = max(versions)
        if len(versions) > 1:
            handin.troubles.append(
                f"{shown(base)} was handed in {len(versions)} times: the latest, {shown(last[2])}, counts"
            )
        # The archive's own name is no folder of the student's.
        handin.files += [(inside[1:] if len(inside) > 1 else inside, entry) for inside, entry in versions[last]]


def _numbered(name: str, known: set[str]) -> tuple[str, int]:
    path = PurePosixPath(name)
    match = re.fullmatch(r"(.+)-(\d{1,4})", path.stem)
    if match and (f"{match[1]}{path.suffix}" in known or is_archive(name)):
        return f"{match[1]}{path.suffix}", int(match[2])
    return name, 0


def _all_parts(reading: Reading) -> list[tuple[str, ...]]:
    return [entry.parts for entry in reading.entries] + [trouble.parts for trouble in reading.troubles]


def _tops(reading: Reading) -> set[str]:
    return {parts[0] for parts in _all_parts(reading) if parts}


def _votes(tops: set[str]) -> dict[str, int]:
    moodle = {top for top in tops if MOODLE.fullmatch(top)}
    return {
        "gradescope": sum(top == METADATA or bool(GRADESCOPE.fullmatch(top)) for top in tops),
        "moodle": len(moodle),
        "canvas": sum(bool(ANONYMOUS.fullmatch(top) or CANVAS.fullmatch(top)) for top in tops - moodle),
    }


def _unwrap(
    reading: Reading, assignment: str, student: Callable[[str], bool], known: Callable[[set[str]], bool]
) -> None:
    """Forget a folder that lies around everything, such as "assignment_4711_export" or "submissions"."""
    while True:
        tops = _tops(reading)
        if len(tops) != 1 or student(min(tops)) or known(tops) or any(len(parts) < 2 for parts in _all_parts(reading)):
            return
        below = {entry.parts[1] for entry in reading.entries}
        if is_archive(min(tops)) and not known(below):
            return
        files = any(len(entry.parts) == 2 and not is_archive(entry.parts[1]) for entry in reading.entries)
        if not below or assignment in below or (files and not known(below)):
            return
        reading.around = min(tops)
        reading.entries[:] = [Entry(one.parts[1:], one.file, one.size, one.time) for one in reading.entries]
        reading.troubles[:] = [Trouble(one.parts[1:], one.says) for one in reading.troubles]
