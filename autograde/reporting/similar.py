"""Pairs of submissions whose own code is alike, by copydetect: a hint to look, never a verdict.

What the course gave out does not count. Names, comments and layout do not either: copydetect compares fingerprints of
the code's structure (winnowing, as MOSS does).
"""

import io
import json
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

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


def compare(course: Course, assignment: str, notebook: str, students: list[str], least: float = 0.8) -> Similarity:
    """All pairs of these students' own code in one notebook; those that are alike by ``least`` or more."""
    try:
        from copydetect.detector import (  # type: ignore[import-untyped]  # imports matplotlib: only when needed
            CodeFingerprint,
            compare_files,
        )
    except ImportError:
        return Similarity(notebook, [], missing="copydetect is not installed (pip install copydetect)")

    import numpy as np

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
    pairs = []
    for one, other in combinations(sorted(found), 2):
        alike, (share, back), _ = compare_files(found[one], found[other])
        pairs.append(Pair(one, other, min(1.0, float(share)), min(1.0, float(back)), int(alike)))
    usual = median(pair.both for pair in pairs) if pairs else 0.0
    close = [pair for pair in pairs if pair.both >= least and pair.alike >= LEAST]
    close.sort(key=lambda pair: (-pair.both, -pair.alike, pair.one, pair.other))
    return Similarity(notebook, close[:MOST], usual, len(found))


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
