"""The markers of a source notebook: what nbgrader cuts out of the release, checked line by line.

nbgrader looks for its markers as substrings. A mistyped one is an ordinary line to it, and the solution goes
out to the class; so anything that looks like a marker without being one is refused here.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from autograde.errors import CourseError

KINDS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
MARKERS = {f"### {edge} {kind}": (edge, kind) for edge in ("BEGIN", "END") for kind in KINDS}

_EDGES = ("BEGIN", "END", "START", "STOP", "BEGINN", "FINISH")
_WORDS = ("SOLUTION", "SOLUTIONS", "HIDDEN", "HIDDEN TESTS", "HIDDEN TEST", "TESTS", "MARK SCHEME", "ANSWER")
_CELL = re.compile(r"^# %%")


@dataclass(frozen=True)
class Region:
    """A marked part of the source: what is in it must not reach a student. ``prose``: in a markdown cell."""

    kind: str
    first_line: int
    lines: tuple[str, ...]
    prose: bool = False


def regions(text: str, file: Path) -> list[Region]:
    """The marked regions of a py:percent source, in order.

    Raises CourseError with file and line for a mistyped, nested, unopened or unclosed marker, and for
    nbgrader's AUTOTEST lines, which this course does not use.
    """
    found: list[Region] = []
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    prose = False

    def refuse(number: int, why: str) -> CourseError:
        return CourseError(f"{file}:{number}: {why}")

    for number, line in enumerate(text.splitlines(), start=1):
        marker = MARKERS.get(_bare(line))
        if _CELL.match(line):
            if opened:
                raise refuse(opened[0], f"'### BEGIN {opened[1]}' has no '### END {opened[1]}' in its cell.")
            prose = "[markdown]" in line
        if marker is None:
            meant = looks_like_a_marker(line)
            if meant:
                raise refuse(number, f"{line.strip()!r} looks like a marker; write '{meant}' exactly so.")
            if "AUTOTEST" in line:
                raise refuse(number, "AUTOTEST lines are not used in this course; write a check cell.")
            if opened:
                inside.append(line)
            continue
        edge, kind = marker
        if edge == "BEGIN":
            if opened:
                raise refuse(number, f"'### BEGIN {kind}' inside the region opened in line {opened[0]}.")
            opened, inside = (number, kind), []
        else:
            if opened is None or opened[1] != kind:
                raise refuse(number, f"'### END {kind}' without a '### BEGIN {kind}' before it in its cell.")
            found.append(Region(kind, opened[0] + 1, tuple(inside), prose))
            opened = None
    if opened:
        raise refuse(opened[0], f"'### BEGIN {opened[1]}' has no '### END {opened[1]}' in its cell.")
    return found


def looks_like_a_marker(line: str) -> str:
    """The marker that was probably meant, or an empty string for an ordinary line.

    Only comments and headings of up to five words count, so that prose about solutions stays possible.
    """
    stripped = line.strip()
    if not stripped.startswith("#") or stripped.startswith("# %%"):
        return ""
    words = re.sub(r"[^A-Za-z ]+", " ", stripped).upper().split()
    if not 1 <= len(words) <= 5:
        return ""
    edge = max(_EDGES, key=lambda known: _like(words[0], known))
    rest = " ".join(words[1:])
    if _like(words[0], edge) >= 0.7 and any(_like(rest, known) >= 0.75 for known in _WORDS):
        return _meant("END" if edge in ("END", "STOP", "FINISH") else "BEGIN", rest)
    # "### SOLUTION BEGIN", "###BEGINSOLUTION"
    joined = "".join(words)
    for marker in MARKERS:
        plain = marker.replace("#", "").replace(" ", "")
        turned = "".join(reversed(marker.strip("# ").split(" ", 1)))
        if _like(joined, plain) >= 0.85 or _like(joined, turned.replace(" ", "")) >= 0.9:
            return marker
    return ""


def _meant(edge: str, rest: str) -> str:
    return f"### {edge} {max(KINDS, key=lambda kind: _like(rest, kind))}"


def _like(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b).ratio()


def _bare(line: str) -> str:
    """A line as the notebook will have it: without indent, and without the '# ' of a markdown cell's line."""
    stripped = line.strip()
    return stripped[2:] if stripped.startswith("# ###") else stripped
