"""Known mistakes in something that is a sum of two parts: each part's mistakes, and every pair of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .exercise import Case, Misconception


@dataclass(frozen=True)
class Variant:
    """What a mistake makes of one part. `name` and `says` as in Misconception; RIGHT has neither."""

    name: str
    says: str
    gives: Callable[[Case], Any]


def pairs(data: Sequence[Variant], penalty: Sequence[Variant]) -> tuple[Misconception, ...]:
    """Misconceptions for a sum of data and penalty: the first of each list is right, the others are mistakes.

    Single mistakes come first, so that they are named before two that happen to give the same numbers.
    """
    found = []
    for d in data:
        for p in penalty:
            names = [variant.name for variant in (d, p) if variant.name]
            says = " ".join(variant.says for variant in (d, p) if variant.says)
            if names:
                found.append((len(names), Misconception(" + ".join(names), says, _sum(d, p))))
    return tuple(mistake for _, mistake in sorted(found, key=lambda item: item[0]))


def _sum(d: Variant, p: Variant) -> Callable[[Case], Any]:
    return lambda case: d.gives(case) + p.gives(case)
