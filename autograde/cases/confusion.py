"""What a corpus says about the grader, as a table: who was right, who was accepted, and what was said to the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from autograde.cases.exam import Result

DIAGNOSES = ("right", "other", "none")


@dataclass
class Confusion:
    """Counts of exercises in submissions, and of the diagnoses of the known mistakes.

    verdicts: (really, verdict) -> how many, really "right" or "wrong", verdict "accepted" or "rejected".
    diagnoses: "right" (the known mistake is named), "other" (another one is), "none" (only numbers).
    failures: names of cases with anything else than expected, with what it is.
    """

    cases: int = 0
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    diagnoses: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[str]] = field(default_factory=dict)

    @property
    def perfect(self) -> bool:
        """Whether every right answer was accepted, every wrong one rejected, and every known mistake named."""
        mixed = self.verdicts["right", "rejected"] + self.verdicts["wrong", "accepted"]
        return not (mixed or self.diagnoses["other"] or self.diagnoses["none"] or self.failures)


def confusion(results: list[Result]) -> Confusion:
    """The table of these results."""
    table = Confusion(cases=len(results))
    for result in results:
        case = result.case
        if result.wrong:
            table.failures[f"{case.assignment}/{case.name}"] = result.wrong
        for name, (score, most) in result.points.items():
            if name in result.skipped:
                continue
            expected = case.expected(name, most)
            really = "right" if expected == most else "wrong"
            accepted = score >= most if really == "right" else score > expected
            table.verdicts[really, "accepted" if accepted else "rejected"] += 1
            if case.kind == "wrong" and name in case.says:
                table.diagnoses[_diagnosis(result, name)] += 1
    return table


def _diagnosis(result: Result, name: str) -> str:
    if name in result.unsaid:
        return "other" if name in result.misconceptions else "none"
    return "right"


def show(table: Confusion) -> str:
    """The table for a terminal."""
    count = table.verdicts
    lines = [
        f"{table.cases} submissions, {sum(count.values())} answers judged",
        "",
        f"{'':28}{'accepted':>10}{'rejected':>10}",
        *(
            f"{f'answers that are {really}':28}{count[really, 'accepted']:>10}{count[really, 'rejected']:>10}"
            for really in ("right", "wrong")
        ),
        "",
        f"known mistakes: {sum(table.diagnoses.values())}, of which named rightly {table.diagnoses['right']}, "
        f"as another {table.diagnoses['other']}, not at all {table.diagnoses['none']}",
        "",
        "perfect" if table.perfect else "NOT PERFECT:",
    ]
    for name, wrong in table.failures.items():
        lines += [name, *(f"    {line}" for line in wrong)]
    return "\n".join(lines)
