"""Pairs of submissions whose own code is alike, by copydetect: a hint to look, never a verdict.

What the course gave out does not count. Names, comments and layout do not either: copydetect compares fingerprints of
the code's structure (winnowing, as MOSS does).
"""

import io
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograde.course import Course

#: The shortest sequence of alike tokens that counts, and the shortest that is never overlooked.
NOISE, GUARANTEE = 25, 30
LONGEST = 100_000  # characters of one student's code that are looked at
LEAST = 200  # alike characters below which nothing is said: short answers are alike by themselves
MOST = 20  # pairs shown


@dataclass(frozen=True)
class Pair:
    """Two students and the share of each one's code that is also in the other's, 0 to 1. alike: in characters."""

    one: str
    other: str
    share: float
    other_share: float
    alike: int

    @property
    def both(self) -> float:
        """The smaller of the two shares: high only where both are mostly the same."""
        return min(self.share, self.other_share)


@dataclass(frozen=True)
class Similarity:
    """The most similar pairs of one notebook. usual: the median over all pairs, to compare with; compared: submissions;
    missing: why nothing was compared.
    """

    notebook: str
    pairs: list[Pair]
    usual: float = 0.0
    compared: int = 0
    missing: str = ""


def compare(course: Course, assignment: str, notebook: str, students: Iterable[str], least: float = 0.8) -> Similarity:
    """All pairs of these students' own code in one notebook; those that are alike by ``least`` or more."""
    try:
        # It imports matplotlib: only when needed.
        from copydetect import utils  # type: ignore[import-untyped]
        from copydetect.detector import CodeFingerprint  # type: ignore[import-untyped]
    except ImportError:
        return Similarity(notebook, [], missing="copydetect is not installed (pip install copydetect)")

    # Which fingerprints are kept hangs on their hashes, and Python's own are others in each process.
    utils.hash = _hash
    given = _cells(course.release / assignment / f"{notebook}.ipynb")

    def prints(code: str, window: int, known: Any) -> Any:
        return CodeFingerprint("student.py", NOISE, window, known, True, "python", fp=io.StringIO(code))

    template = np.array(sorted(prints("\n".join(given), 1, None).hashes))
    known = set(given)
    found = {}
    for student in students:
        cells = _cells(course.folder("submitted") / student / assignment / f"{notebook}.ipynb")
        own = "\n".join(cell for cell in cells if cell not in known)[:LONGEST]
        if not own.strip():
            continue
        made = prints(own, GUARANTEE - NOISE + 1, template)
        if made.token_coverage > 0:
            found[student] = made
    names = sorted(found)
    if len(names) < 2:
        return Similarity(notebook, [], compared=len(names))
    alike = _alike([found[name].hash_idx for name in names])
    share = np.minimum(alike / [found[name].token_coverage for name in names], 1.0).T
    both = np.minimum(share, share.T)
    pairs = np.triu(np.ones(both.shape, bool), 1)
    close = [
        Pair(names[i], names[j], float(share[i, j]), float(share[j, i]), int(alike[j, i]))
        for i, j in np.argwhere(pairs & (both >= least) & (alike.T >= LEAST))
    ]
    close.sort(key=lambda pair: (-pair.both, -pair.alike, pair.one, pair.other))
    return Similarity(notebook, close[:MOST], float(np.median(both[pairs])), len(names))


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


def _alike(prints: list[dict[int, list[int]]]) -> np.ndarray:
    """The (n, n) numbers of characters of the second's code (column) that are also in the first's (row).

    prints: for each of n students the places of every fingerprint in their code, which cover NOISE characters each.
    As copydetect's compare_files, but one against all at a time: a class of a thousand has half a million pairs.
    """
    numbers: dict[int, int] = {}
    found = []
    for owner, places in enumerate(prints):
        for fingerprint, where in places.items():
            number = numbers.setdefault(fingerprint, len(numbers))
            found += [(owner, place, number) for place in where]
    owners, places_, number = np.array(sorted(found)).T
    # As if all code stood in one text, with room between one student's and the next.
    spots = owners * (places_.max() + NOISE) + places_
    alike = np.empty((len(prints), len(prints)))
    for one in range(len(prints)):
        mine = np.zeros(len(numbers), bool)
        mine[number[owners == one]] = True
        hits = np.flatnonzero(mine[number])
        covered = np.minimum(np.diff(spots[hits], append=spots[-1] + NOISE + 1), NOISE)
        alike[one] = np.bincount(owners[hits], covered, len(prints))
    return alike


def _cells(file: Path) -> list[str]:
    """The text of the code cells, or none where the file cannot be read."""
    try:
        if file.stat().st_size > 20_000_000:
            return []
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        texts = [cell["source"] for cell in cells if cell.get("cell_type") == "code"]
        return [text if isinstance(text, str) else "".join(text) for text in texts]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
