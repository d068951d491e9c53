"""A student's own training loop as it was seen from inside the gradient that the check handed to it.

The spy notes every computed gradient: process, w and rows. From this the loop can be judged whatever it looks like:
gradients computed at one w are one step, its rows are the mini-batch, and the next w says what was made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..exercise import Case, Fault
from ..judge import as_numbers
from ..probes import rows, spy, stand_ins
from .network import Array, count

_IMPORT = "from .spy import _check_meet, _check_note, _check_run\n"
PROBE = stand_ins.source(spy) + stand_ins.source(rows).replace(_IMPORT, "")
FEATURES = 3


@dataclass(frozen=True)
class Step:
    """The gradients computed at one w: for each its rows."""

    w: Array
    shards: list[list[int]]

    @property
    def rows(self) -> list[int]:
        """The rows of all of them: the mini-batch."""
        return [row for shard in self.shards for row in shard]


@dataclass(frozen=True)
class Seen:
    """One run. final: the returned w. pids: of the processes that computed; met: whether all workers did at once."""

    final: Array
    steps: list[Step]
    pids: set[int]
    master: int
    met: bool


def case(
    rng: np.random.Generator,
    workers: int,
    n: int,
    batch_size: int,
    epochs: int,
    like: Case | None = None,
    seed: int = 0,
    meet: bool = False,
) -> Case:
    """A least-squares problem for `train`; `like` takes over another case's data.

    meet: whether the first calls wait until all workers are inside one.
    """
    if like is None:
        w, X = rng.normal(size=FEATURES) + 1.0, rng.normal(size=(n, FEATURES))
        data = w, X, np.column_stack([rng.normal(size=n), np.arange(n)])
        rates = {"lr": float(rng.choice([0.2, 0.15, 0.1])), "lam": float(rng.choice([1.8, 2.0, 2.2]))}
    else:
        data = like.args  # type: ignore[assignment]
        rates = {name: like.kwargs[name] for name in ("lr", "lam")}
    return Case(
        "train",
        data,
        {
            "workers": workers,
            "batch_size": batch_size,
            **rates,
            "epochs": epochs,
            "seed": seed or int(rng.integers(1, 1000)),
        },
        about=f"with {count(workers, 'worker')}, {count(n, 'example')}, batch_size={batch_size} and {epochs} "
        f"epoch{'s' if epochs > 1 else ''}",
        labels=("w", "X", "Y"),
        probe=PROBE + ("" if meet else stand_ins.IMPATIENT),
        limit=45.0,
    )


def seen(case: Case, value: Any) -> tuple[Seen | None, Fault | None]:
    """The run in an answer, or why there is none."""
    if not isinstance(value, dict) or value.get("returned") is None:
        return None, Fault(f"{case.about}, train returned nothing. End it with `return w`.", "no return")
    final, fault = as_numbers(
        value["returned"], case.args[0].shape, "what train returns", case.about, "It is the final w."
    )
    if fault is not None or final is None:
        return None, fault
    calls = value.get("calls")
    if not isinstance(calls, list) or not calls:
        return None, Fault(f"{case.about}, train never called the gradient that it was given.", "gradient not used")
    steps: list[Step] = []
    for call in calls:
        w, rows = _call(case, call)
        if w is None:
            return None, Fault(
                f"{case.about}, the gradient was called with a w or rows that do not exist.", "foreign w"
            )
        known = next((step for step in steps if np.allclose(step.w, w, rtol=1e-7, atol=1e-9)), None)
        if known is None:
            steps.append(Step(w, [rows]))
        else:
            known.shards.append(rows)
    pids = {call["pid"] for call in calls}
    master = value.get("master")
    return Seen(final, steps, pids, master if type(master) is int else 0, value.get("met") is True), None


def _call(case: Case, call: Any) -> tuple[Array | None, list[int]]:
    """w and rows of one note, or None where it is not of the expected form."""
    if not isinstance(call, dict) or type(call.get("pid")) is not int:
        return None, []
    w, rows = call.get("w"), call.get("rows")
    if not isinstance(w, list) or not isinstance(rows, list) or len(w) != FEATURES:
        return None, []
    if not all(type(x) in (int, float) for x in w) or not np.isfinite(w).all():
        return None, []
    if not all(type(row) is int and 0 <= row < len(case.args[1]) for row in rows):
        return None, []
    return np.array(w, dtype=np.float64), rows


def each(cases: list[Case], values: list[Any]) -> tuple[list[Seen], Fault | None]:
    """The runs in all answers, or the first fault."""
    runs = []
    for one, value in zip(cases, values, strict=True):
        run, fault = seen(one, value)
        if run is None:
            return [], fault
        runs.append(run)
    return runs, None
