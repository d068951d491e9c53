"""2-syncsgd/hard/batches: every example once an epoch, in an order that the seed decides and that changes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from ..judge import close
from . import observed
from .observed import Seen


def cases(rng: np.random.Generator) -> list[Case]:
    """Even; ragged; the same with the same seed; the same with another seed; fewer examples than workers at the end."""
    ragged = observed.case(rng, 2, 11, 4, 3, seed=int(rng.integers(1, 1000)))
    again = observed.case(rng, 2, 11, 4, 3, like=ragged, seed=ragged.kwargs["seed"])
    other = observed.case(rng, 2, 11, 4, 3, like=ragged, seed=ragged.kwargs["seed"] + 1)
    return [observed.case(rng, 2, 8, 4, 2), ragged, again, other, observed.case(rng, 3, 9, 4, 2)]


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """Counting first, then the order."""
    runs, fault = observed.each(cases, values)
    if fault is not None:
        return fault
    for case, run in zip(cases, runs, strict=True):
        fault = _counts(case, run) or _epochs(case, run)
        if fault is not None:
            return fault
    return _order(cases, runs)


def _counts(case: Case, run: Seen) -> Fault | None:
    """How often each example was used in the whole run."""
    epochs, N = case.kwargs["epochs"], len(case.args[1])
    used = Counter(row for step in run.steps for row in step.rows)
    total, due = sum(used.values()), epochs * N
    if all(used[row] == epochs for row in range(N)):
        return None
    tail = N % case.kwargs["batch_size"]
    if tail and total == due - tail * epochs:
        return Fault(
            f"{case.about}, {due} gradients of examples should be computed; yours are {total}: the ragged last "
            f"mini-batch of {tail} is left out in every epoch. Use it, and weigh it rightly.",
            "ragged tail dropped",
        )
    row = max(range(N), key=lambda row: abs(used[row] - epochs))
    if total == due * case.kwargs["workers"]:
        return Fault(
            f"{case.about}, every example is computed {case.kwargs['workers']} times an epoch: every worker goes "
            "through everything. Give each worker its own part of the mini-batch.",
            "whole batch for everyone",
        )
    if total == due:
        return Fault(
            f"{case.about}, example {row} should be used {epochs} times, once an epoch; yours is used {used[row]} "
            "times: the mini-batches are drawn with replacement. Shuffle once an epoch and cut the permutation into "
            "disjoint mini-batches.",
            "drawn with replacement",
        )
    return Fault(
        f"{case.about}, example {row} should be used {epochs} times, once an epoch; yours is used {used[row]} times "
        f"({total} gradients of examples in all, {due} expected).",
        "examples lost" if used[row] < epochs else "examples duplicated",
    )


def _epochs(case: Case, run: Seen) -> Fault | None:
    """Whether each epoch by itself has every example once, and mini-batches of the right size."""
    size, N = case.kwargs["batch_size"], len(case.args[1])
    rows = [row for step in run.steps for row in step.rows]
    for epoch in range(case.kwargs["epochs"]):
        part = rows[epoch * N : (epoch + 1) * N]
        if len(set(part)) < N:
            row = next(row for row, times in Counter(part).items() if times > 1)
            return Fault(
                f"{case.about}, example {row} is used twice in epoch {epoch + 1} while another is not used at all: cut "
                "one permutation of all examples into disjoint mini-batches, in every epoch.",
                "drawn with replacement",
            )
    sizes = sorted((len(step.rows) for step in run.steps), reverse=True)
    due = sorted(([size] * (N // size) + [N % size] * (N % size > 0)) * case.kwargs["epochs"], reverse=True)
    if sizes != due:
        return Fault(
            f"{case.about}, the steps should have {', '.join(map(str, due))} examples (in any order); yours have "
            f"{', '.join(map(str, sizes[:20]))}.",
            "other mini-batches",
        )
    return None


def _order(cases: list[Case], runs: list[Seen]) -> Fault | None:
    """cases[1] and [2] are the same, and [3] differs by its seed."""
    case, run, again, other = cases[1], runs[1], runs[2], runs[3]
    orders = [_orders(one, seen) for one, seen in zip(cases[1:4], runs[1:4], strict=True)]
    straight = _cut(list(range(len(case.args[1]))), case.kwargs["batch_size"])
    if all(epoch == straight for epoch in orders[0]):
        return Fault(
            f"{case.about}, every epoch takes the examples in the order of X. Shuffle them in every epoch.",
            "no shuffling",
        )
    if not close(run.final, again.final) or orders[0] != orders[1]:
        return Fault(
            f"{case.about}, two runs with the same seed differ: draw every random number from "
            "np.random.default_rng(seed).",
            "seed ignored",
        )
    if orders[0] == orders[2] or close(run.final, other.final):
        return Fault(
            f"{case.about}, runs with seeds {case.kwargs['seed']} and {cases[3].kwargs['seed']} take the same "
            "mini-batches: the seed is not used.",
            "seed ignored",
        )
    if all(epoch == orders[0][0] for epoch in orders[0]):
        return Fault(
            f"{case.about}, every epoch has the same mini-batches in the same order: draw a new permutation in each.",
            "batch order reused",
        )
    if all(set(epoch) == set(orders[0][0]) for epoch in orders[0]):
        return Fault(
            f"{case.about}, every epoch has the same mini-batches, in another order only. Shuffle all examples anew, "
            "and then cut.",
            "mini-batches reused",
        )
    return None


def _orders(case: Case, run: Seen) -> list[list[frozenset[int]]]:
    """The mini-batches of every epoch."""
    per_epoch = -(-len(case.args[1]) // case.kwargs["batch_size"])
    batches = [frozenset(step.rows) for step in run.steps]
    return [batches[i : i + per_epoch] for i in range(0, len(batches), per_epoch)]


def _cut(rows: list[int], size: int) -> list[frozenset[int]]:
    return [frozenset(rows[i : i + size]) for i in range(0, len(rows), size)]


EXERCISE = Exercise(
    id="2-syncsgd/hard/batches",
    points=4,
    needs=("train",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.SyncSGD", "sgdkit.sync", "sgdkit.asynchronous"),
    praise="Every example counts once an epoch, in an order that the seed alone decides.",
    overlooks=frozenset({"changed", "left"}),
)
