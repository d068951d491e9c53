"""2-syncsgd/hard/faults: an exception in a worker reaches the caller, and no process outlives the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from . import observed


def cases(rng: np.random.Generator) -> list[Case]:
    """A run that goes well, and one with a row that cannot be read."""
    broken = observed.case(rng, 2, 6, 3, 1)
    return [
        observed.case(rng, 2, 6, 3, 1),
        replace(broken, kwargs={**broken.kwargs, "broken_row": 4}, about=f"{broken.about}, one of them unreadable"),
    ]


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """Processes left behind, and a hang, are faults of every exercise and found before this."""
    _, fault = observed.seen(cases[0], values[0])
    if fault is not None:
        return fault
    if isinstance(values[1], dict) and values[1].get("met") is False:
        return Fault(
            f"{cases[1].about}, no worker ever computed the unreadable one: every example is used once an epoch. See "
            "the check about that, above.",
            "examples lost",
        )
    if not (isinstance(values[1], dict) and values[1].get("raised")):
        return Fault(
            f"{cases[1].about}, the gradient raised a ValueError in a worker, but train returned as if nothing had "
            "happened. Let exceptions pass: pool.map raises them again in the master.",
            "exception swallowed",
        )
    return None


EXERCISE = Exercise(
    id="2-syncsgd/hard/faults",
    points=2,
    needs=("train",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.SyncSGD", "sgdkit.sync", "sgdkit.asynchronous"),
    praise="An exception in a worker reaches you, and no process is left behind.",
    overlooks=frozenset({"changed"}),
)
