"""What an exercise is: cases to call a student's code with, and a judge of the answers. Two pure halves.

An exercise is one short file with its cases, its reference, its misconceptions and its points; the judge is
the same for all (`judge.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .codec import encode


@dataclass(frozen=True)
class Case:
    """One call of the student's code.

    call: the name in the student's namespace that is called; "" where the probe does everything.
    args, kwargs: inputs, plain values only (see codec).
    about: how a message introduces the case: "with 3 examples, 2 features and lam=0.5".
    facts: what the judge needs to know besides; never sent to the kernel.
    sets: names that have these values in the student's namespace during the call.
    probe: source of a module of `probes/`, or "": runs in the student's namespace before the call; may put
        stand-ins beside the student's code and define `_check_run(function, args, kwargs) -> value`.
    limit: seconds that the call may take.
    labels: the names of `args`, for messages.
    group: an exercise with several groups of cases is solved when all cases of one group are right: "alone" has
        stand-ins for the student's other pieces, "together" has these themselves.
    """

    call: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, Any] = field(default_factory=dict)
    probe: str = ""
    limit: float = 5.0
    labels: tuple[str, ...] = ()
    group: str = ""

    def program(self, needs: Sequence[str]) -> dict[str, Any]:
        """What the kernel gets to see of the case, ready for JSON."""
        return {
            "call": self.call,
            "needs": list(needs),
            "args": [encode(value) for value in self.args],
            "kwargs": encode(self.kwargs),
            "labels": list(self.labels),
            "sets": encode(self.sets),
            "probe": self.probe,
            "limit": self.limit,
        }


@dataclass(frozen=True)
class Answer:
    """What came back from one call: plain values only.

    value: what the student's code returned, if `problem` is "".
    problem: "", "missing", "not-callable", "unwritten", "raised", "timeout", "type" or "skipped".
    detail, line: the name or the error's text, and the student's line that raised it.
    changed: names of the inputs that the call changed. printed: characters. left: processes still running.
    """

    value: Any = None
    problem: str = ""
    detail: str = ""
    line: str = ""
    changed: tuple[str, ...] = ()
    printed: int = 0
    seconds: float = 0.0
    left: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the judge says. `passed` means all points; `misconception` names the known mistake, if it was one."""

    passed: bool
    points: float
    max_points: float
    message: str
    misconception: str | None = None


@dataclass(frozen=True)
class Misconception:
    """A known mistake. `name` is what reports count; `says` is the sentence for the student.

    gives: the value that the mistake gives for a case (a value of the reference's form), or
    when: whether an answer shows the mistake in a case, for exercises with more than one right answer.
    """

    name: str
    says: str
    gives: Callable[[Case], Any] | None = None
    when: Callable[[Case, Any], bool] | None = None


@dataclass(frozen=True)
class Fault:
    """Why an answer is wrong: a sentence for the student, and the name of the known mistake, if it is one.

    share: the part of the points that this fault leaves (0 for almost all).
    """

    message: str
    misconception: str | None = None
    share: float = 0.0


Cases = Callable[[np.random.Generator], list[Case]]
# Looks at all answers together, so that a diagnosis can compare cases; None means that all are right.
Examine = Callable[[list[Case], list[Any]], Fault | None]


@dataclass(frozen=True)
class Exercise:
    """One exercise. `needs`: the names that the student's namespace must have.

    praise: one sentence for the right answer. misconceptions: those that `examine` knows, for reports and tests.
    overlooks: "changed" and "left" where changed inputs and processes left behind are another exercise's matter.
    own_work: what of the kit the student is asked to write here, so that the answer may not use it (see `borrowed.py`):
        full names of modules and of what is in them.
    """

    id: str
    points: float
    needs: tuple[str, ...]
    cases: Cases
    examine: Examine
    praise: str = ""
    misconceptions: tuple[Misconception, ...] = ()
    overlooks: frozenset[str] = frozenset()
    own_work: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the id; the grade_id of its check cell is "check-" and this."""
        return self.id.rsplit("/", 1)[1]

    @property
    def notebook(self) -> str:
        """The id without the name: "2-syncsgd/easy"."""
        return self.id.rsplit("/", 1)[0]

    def visible_rng(self) -> np.random.Generator:
        """The generator of the cases that a student sees: the same for everybody, always."""
        return np.random.default_rng(zlib.crc32(self.id.encode()))

    def judge(self, cases: Sequence[Case], answers: Sequence[Answer]) -> Verdict:
        """The verdict on the answers to these cases. Pure: the same input always gets the same verdict."""
        from .judge import judge

        return judge(self, list(cases), list(answers))
