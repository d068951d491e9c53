"""2-syncsgd/easy/split_batch: the mini-batch's indices cut into one shard for every worker."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from ..judge import shape_of
from .network import count

# Even, ragged by one, ragged by several, more workers than indices at the end of an epoch.
SIZES = ((4, 2), (3, 1), (5, 2), (9, 4), (10, 4), (11, 3), (2, 3))


def cases(rng: np.random.Generator) -> list[Case]:
    """Indices as a shuffled epoch gives them: in no order, and not from 0."""
    found = []
    for n, workers in SIZES:
        indices = rng.choice(100, size=n, replace=False)
        about = f"for {count(n, 'index')} and {count(workers, 'worker')}"
        found.append(Case("split_batch", (indices, workers), about=about, labels=("indices", "workers")))
    return found


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """Every index in exactly one shard, at most one shard a worker, sizes that differ by one at most."""
    uneven: Fault | None = None
    for case, value in zip(cases, values, strict=True):
        shards = _shards(value)
        if shards is None:
            return Fault(
                f"{case.about}, your result is not a list of lists of whole numbers. Return a list with one array of "
                "indices for every worker.",
                "type",
            )
        fault = _complete(case, shards)
        if fault is not None:
            return fault
        uneven = uneven or _even(case, shards)
    return uneven


def _shards(value: Any) -> list[list[int]] | None:
    """The shards as lists of ints, or None."""
    if isinstance(value, np.ndarray) and value.ndim > 0:
        value = list(value)
    if not isinstance(value, (list, tuple)):
        return None
    shards = []
    for shard in value:
        shape = shape_of(shard)
        if shape is None or len(shape) != 1:
            return None
        array = np.asarray(shard)
        if array.dtype.kind not in "iu" and array.size > 0:
            return None
        shards.append([int(i) for i in array])
    return shards


def _complete(case: Case, shards: list[list[int]]) -> Fault | None:
    """Whether each index went to exactly one of not too many shards."""
    indices, workers = [int(i) for i in case.args[0]], case.args[1]
    given = [i for shard in shards for i in shard]
    sizes = [len(shard) for shard in shards]
    where = f"{case.about[:1].upper()}{case.about[1:]}"
    lost, extra = Counter(indices) - Counter(given), Counter(given) - Counter(indices)
    if workers > 1 and all(sorted(shard) == sorted(indices) for shard in shards):
        return Fault(
            f"every worker gets the whole mini-batch, so the work is done {len(shards)} times instead of shared. "
            f"{where}, the shards should hold {len(indices)} indices in all; yours hold {len(given)}.",
            "whole batch for everyone",
        )
    if sorted(given) == list(range(len(indices))) and lost:
        return Fault(
            f"the shards hold positions 0 to {len(indices) - 1} instead of the indices that stand there. {where}, "
            f"the first index is {indices[0]}; no shard of yours has it. Cut `indices` itself.",
            "positions for indices",
        )
    if extra:
        index = next(iter(extra))
        twice = index in indices
        return Fault(
            f"{where}, index {index} {'is in more than one place' if twice else 'is not in the mini-batch at all'}: "
            f"the shards should hold {len(indices)} indices; yours hold {len(given)} "
            f"(sizes {_list(sizes)}). An index must be in exactly one shard, or its example counts "
            f"{'twice' if twice else 'although nobody drew it'}.",
            "examples duplicated" if twice else "foreign indices",
        )
    if lost:
        tail = indices[-sum(lost.values()) :]
        if len(lost) < workers and sorted(lost.elements()) == sorted(tail):
            return Fault(
                f"the ragged tail is dropped. {where}, the shards should hold {len(indices)} indices; yours hold "
                f"{len(given)} (sizes {_list(sizes)}). When {len(indices)} is not divisible by {workers}, some "
                "shards get one more.",
                "ragged tail dropped",
            )
        return Fault(
            f"{where}, index {next(iter(lost))} is in no shard: the shards should hold {len(indices)} indices; yours "
            f"hold {len(given)} (sizes {_list(sizes)}). Its example would never be learnt from.",
            "examples lost",
        )
    if len(shards) > workers:
        by_size = max(sizes) == workers and len(shards) == -(-len(indices) // workers)
        says = "`workers` is used as the size of a shard. " if by_size else ""
        return Fault(
            f"{says}{where}, there should be one shard for every worker, {workers} in all; yours are {len(shards)}.",
            "workers taken for the size" if by_size else "too many shards",
        )
    return None


def _even(case: Case, shards: list[list[int]]) -> Fault | None:
    """Half the points are kept: nothing is lost, but workers wait for the one with the most to do."""
    n, workers = len(case.args[0]), case.args[1]
    sizes = [len(shard) for shard in shards] + [0] * (workers - len(shards))
    if max(sizes) - min(sizes) <= 1:
        return None
    best = [len(part) for part in np.array_split(np.arange(n), workers)]
    idle = min(sizes) == 0
    return Fault(
        f"nothing is lost, but {'a worker has nothing to do' if idle else 'the shards are uneven'}, and all wait "
        f"for the one with the most. {case.about[:1].upper()}{case.about[1:]}, the sizes should be {_list(best)} "
        f"(in any order); yours are {_list(sizes)}. Half of the points.",
        "empty shard" if idle else "uneven shards",
        share=0.5,
    )


def _list(sizes: list[int]) -> str:
    return ", ".join(str(size) for size in sizes) or "none"


EXERCISE = Exercise(
    id="2-syncsgd/easy/split_batch",
    points=2,
    needs=("split_batch",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.split", "sgdkit.sync"),
    praise="Every index is in exactly one shard, and no worker has two more than another.",
)
