"""Whether the workers of `sync_sgd` share the mini-batch: which examples each task held, from the spy's notes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..exercise import Case, Fault

STRANGE = -1  # in the place of a row's number


def not_shared(case: Case, calls: list[dict[str, Any]], master: Any) -> Fault | None:
    """The fault that the tasks at one w are together not the mini-batch, each example once; None where they are.

    What the master itself computes besides, to look at the loss say, is no task; an example that it takes part in
    is computed all the same. Tasks of another form than (w, X, Y) cannot be judged and are let pass.
    """
    steps: dict[str, list[tuple[Any, list[int]]]] = {}
    for call in calls:
        rows = _rows(case, call)
        if rows is None:
            return None
        if STRANGE in rows:
            return Fault(
                f"the numbers are right, but {case.about}, a task holds other examples than those of X. Put into a "
                "task the examples of its shard: X[shard] and Y[shard]. Half of the points.",
                "foreign examples",
                share=0.5,
            )
        steps.setdefault(str(call.get("w")), []).append((call["pid"], rows))
    for tasks in steps.values():
        shards = [sorted(rows) for pid, rows in tasks if pid != master and rows]
        times = Counter(row for rows in shards for row in rows)
        if len(shards) > 1 and all(rows == shards[0] for rows in shards):
            return Fault(
                f"the numbers are right, but every worker computes the whole mini-batch: {case.about}, "
                f"{len(shards)} tasks hold the same {len(shards[0])} examples, so nothing is shared. Put into a task "
                "the examples of its shard: X[shard] and Y[shard]. Half of the points.",
                "whole batch for everyone",
                share=0.5,
            )
        if times and max(times.values()) > 1:
            row, often = times.most_common(1)[0]
            return Fault(
                f"the numbers are right, but {case.about}, example {row} is in {often} tasks of one step. Every "
                "example of the mini-batch belongs into exactly one: X[shard] and Y[shard]. Half of the points.",
                "examples duplicated",
                share=0.5,
            )
    used = Counter(row for tasks in steps.values() for row in {row for _, rows in tasks for row in rows})
    lost = [row for row in range(len(case.args[1])) if used[row] < case.kwargs["epochs"]]
    if lost:
        return Fault(
            f"the numbers are right, but {case.about}, example {lost[0]} is not in the tasks of every epoch. Put all "
            "examples of a mini-batch into its tasks, a shard each. Half of the points.",
            "examples lost",
            share=0.5,
        )
    return None


def _rows(case: Case, call: dict[str, Any]) -> list[int] | None:
    """Which rows of X a task held, STRANGE for what is none of them; None where it holds no array like X."""
    X = np.asarray(case.args[1], dtype=np.float64)
    held, number = call.get("X"), call.get("rows")
    if not number:
        return []
    try:
        inputs = np.asarray(held, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if inputs.ndim != 2 or inputs.shape[1] != X.shape[1] or len(inputs) > 1000:
        return None
    apart = np.max(np.abs(inputs[:, None, :] - X[None, :, :]), axis=2)
    return [
        int(row) if near < 1e-5 else STRANGE for row, near in zip(apart.argmin(axis=1), apart.min(axis=1), strict=True)
    ]
