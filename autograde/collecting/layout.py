"""What of a submission counts, and where it goes in the student's folder."""

from dataclasses import dataclass, field
from datetime import datetime

from autograde.collecting.formats import Handin
from autograde.collecting.safe import file_name, shown
from autograde.collecting.source import Entry

#: Written by us, so that a file of this name from a student could tell a wrong time.
OURS = ("timestamp.txt", "not-collected.txt")


@dataclass
class Submission:
    """A student's folder to be: path in it -> entry. ``notes`` are sentences for the instructor."""

    label: str
    files: dict[tuple[str, ...], Entry] = field(default_factory=dict)
    time: datetime | None = None
    notes: list[str] = field(default_factory=list)
    _names: set[tuple[str, ...]] = field(default_factory=set, repr=False)
    _folders: set[tuple[str, ...]] = field(default_factory=set, repr=False)

    def free(self, path: tuple[str, ...]) -> bool:
        """Whether a file may have this path beside those that are there."""
        path = _folded(path)
        above = (path[:n] for n in range(1, len(path)))
        return path not in self._names and path not in self._folders and not any(f in self._names for f in above)

    def add(self, path: tuple[str, ...], entry: Entry) -> None:
        """Add a file; its path must be free."""
        self.files[path] = entry
        path = _folded(path)
        self._names.add(path)
        self._folders |= {path[:n] for n in range(1, len(path))}


def choose(handins: list[Handin]) -> Handin:
    """The latest of one student's submissions; the others are told of in its troubles."""
    last = max(handins, key=lambda one: (one.order, one.label))
    others = [one for one in handins if one is not last and one.files]
    if others:
        when = f" ({last.time:%Y-%m-%d %H:%M} UTC)" if last.time else ""
        told = ", ".join(shown(one.label, 60) for one in others)
        last.troubles.append(
            f"there are {len(others) + 1} submissions: {shown(last.label, 60)}{when} is the latest and counts, "
            f"not {told}"
        )
    return last


def lay_out(handin: Handin, wanted: list[str]) -> Submission:
    """The wanted notebooks at the top, everything else beside them where it was; every name safe."""
    made = Submission(handin.label, time=handin.time, notes=list(handin.troubles))
    by_name: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
    for inside, entry in handin.files:
        by_name.setdefault(inside[-1], []).append((inside, entry))
    roots: set[tuple[str, ...]] = set()
    taken: set[tuple[str, ...]] = set()
    for name in wanted:
        candidates = sorted(by_name.get(name, ()), key=lambda one: (len(one[0]), one[0]))
        if not candidates:
            continue
        inside, entry = candidates[0]
        made.add((name,), entry)
        roots.add(inside[:-1])
        taken.add(inside)
        if len(candidates) > 1:
            made.notes.append(f"{name} is there {len(candidates)} times: {shown('/'.join(inside))} counts")
    if not roots:  # a lone folder around it all is no part of the work
        tops = {inside[0] for inside, _ in handin.files if len(inside) > 1}
        if len(tops) == 1 and all(len(inside) > 1 for inside, _ in handin.files):
            roots = {(tops.pop(),)}
    for inside, entry in sorted(handin.files, key=lambda one: one[0]):
        if inside in taken:
            continue
        root = max((r for r in roots if inside[: len(r)] == r), key=len, default=())
        put(made, inside[len(root) :], entry)
    return made


def put(made: Submission, inside: tuple[str, ...], entry: Entry) -> None:
    """Add a file under a name that no other file has, not even on a system that does not tell a from A."""
    safe = tuple(file_name(part) for part in inside)
    if len(safe) == 1 and safe[0].casefold() in OURS:
        made.notes.append(f"{shown(safe[0])} was left out: the grader writes that file itself")
        return
    free, number = safe, 1
    while not made.free(free):
        number += 1
        stem, dot, suffix = safe[-1].rpartition(".")
        last = f"{stem} ({number}){dot}{suffix}" if stem else f"{safe[-1]} ({number})"
        # Where a file is in the way of a folder, the folder's files go beside it.
        free = (*safe[:-1], last) if number < 50 else (file_name(f"{number} {' '.join(safe)}"),)
    if free != inside:
        made.notes.append(f"{shown('/'.join(inside))} is kept as {shown('/'.join(free))}")
    made.add(free, entry)


def _folded(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in path)
