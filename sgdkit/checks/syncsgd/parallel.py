"""2-syncsgd/hard/parallel: the workers are processes that compute at the same time, started once for the whole run."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from . import observed


def cases(rng: np.random.Generator) -> list[Case]:
    """Two workers and three, some steps each."""
    return [observed.case(rng, 2, 8, 4, 2, meet=True), observed.case(rng, 3, 12, 6, 2, meet=True)]


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """At the same time, then in processes that stay."""
    runs, fault = observed.each(cases, values)
    if fault is not None:
        return fault
    for case, run in zip(cases, runs, strict=True):
        workers = case.kwargs["workers"]
        if run.pids == {run.master}:
            return Fault(
                f"{case.about}, every gradient is computed in the notebook's own process; none in a worker. Start a "
                "Pool and hand it the tasks.",
                "not parallel",
            )
        if not run.met:
            return Fault(
                f"{case.about}, the {workers} workers never compute at the same time: "
                f"{len(run.pids)} process{'es' if len(run.pids) > 1 else ''} did the work one after the other, or "
                "some got none. Hand all tasks of a mini-batch to one pool.map.",
                "sequential map",
            )
        if len(run.pids - {run.master}) > workers:
            return Fault(
                f"{case.about}, there were {len(run.pids - {run.master})} worker processes; there should be {workers}. "
                "Starting a process takes longer than its work: make one pool before the first epoch. Half of the "
                "points.",
                "new pool each step",
                share=0.5,
            )
    return None


EXERCISE = Exercise(
    id="2-syncsgd/hard/parallel",
    points=3,
    needs=("train",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.SyncSGD", "sgdkit.sync", "sgdkit.asynchronous"),
    praise="All workers compute at once, in processes that are started once.",
    overlooks=frozenset({"changed", "left"}),
)
