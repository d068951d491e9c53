"""2-syncsgd/easy/average_gradients: the mean gradient of the mini-batch from the workers' sums and numbers."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise, Misconception
from ..judge import against
from .network import Array

# Examples in each shard: one worker, even, uneven, the same with other numbers, a worker without examples.
EMPTY = "A shard may be empty (n = 0): do not divide by its n; add up first, then divide once."
SHARDS = ((3,), (4, 4), (5, 5, 2), (5, 5, 2), (1, 7, 2, 3), (3, 0, 2))


def cases(rng: np.random.Generator) -> list[Case]:
    """The sums of random gradients of three numbers each."""
    found = []
    for sizes in SHARDS:
        results = [(rng.normal(loc=0.5, size=(n, 3)).sum(axis=0), n) for n in sizes]
        shards = ", ".join(str(n) for n in sizes[:-1]) + f" and {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])
        about = f"for {'shards' if len(sizes) > 1 else 'one shard'} of {shards} examples"
        found.append(
            Case(
                "average_gradients",
                (results,),
                about=about,
                labels=("results",),
                facts={"not finite": EMPTY if 0 in sizes else ""},
            )
        )
    return found


def _unpack(case: Case) -> tuple[Array, Array]:
    """Sums (workers, 3) and numbers (workers, 1)."""
    sums, numbers = zip(*case.args[0], strict=True)
    return np.array(sums), np.array(numbers, dtype=np.float64)[:, None]


def reference(case: Case) -> Array:
    """One example at a time: add up, count, divide once."""
    total, examples = np.zeros(3), 0
    for gradient, number in case.args[0]:
        total += gradient
        examples += number
    return total / examples


def _means(case: Case) -> Array:
    sums, numbers = _unpack(case)
    return sums / np.maximum(numbers, 1)


MISCONCEPTIONS = (
    Misconception(
        "sum for mean",
        "The sums are added but never divided: divide once by the number of all examples.",
        lambda case: _unpack(case)[0].sum(axis=0),
    ),
    Misconception(
        "unweighted mean over uneven shards",
        "The result is the plain mean of the shards' means. A shard with fewer examples must count less: divide the "
        "sum of all gradients by the number of all examples.",
        lambda case: _means(case).mean(axis=0),
    ),
    Misconception(
        "divided by the number of workers",
        "The sum is divided by the number of workers: divide by the number of examples, which the workers sent along.",
        lambda case: _unpack(case)[0].mean(axis=0),
    ),
    Misconception(
        "divided by workers too",
        "The result is divided by the number of workers as well: the number of examples alone is right.",
        lambda case: reference(case) / len(case.args[0]),
    ),
    Misconception(
        "sum of the means",
        "The shards' means are added up: that is too large by about the number of workers.",
        lambda case: _means(case).sum(axis=0),
    ),
    Misconception(
        "weighted twice",
        "The workers' gradients are multiplied by their numbers of examples, but they are sums already.",
        lambda case: (_unpack(case)[0] * _unpack(case)[1]).sum(axis=0) / _unpack(case)[1].sum(),
    ),
    Misconception(
        "last worker only",
        "Only the last worker's result is used; add up all of them.",
        lambda case: _means(case)[-1],
    ),
    Misconception(
        "last worker only",
        "Only the last worker's gradient is used; add up all of them.",
        lambda case: _unpack(case)[0][-1] / _unpack(case)[1].sum(),
    ),
    Misconception(
        "first worker only",
        "Only the first worker's result is used; add up all of them.",
        lambda case: _means(case)[0],
    ),
    Misconception(
        "divided by one shard's number",
        "The sum is divided by the first shard's number of examples; divide by the number of all.",
        lambda case: _unpack(case)[0].sum(axis=0) / max(case.args[0][0][1], 1),
    ),
    Misconception(
        "divided by one shard's number",
        "The sum is divided by the last shard's number of examples; divide by the number of all.",
        lambda case: _unpack(case)[0].sum(axis=0) / max(case.args[0][-1][1], 1),
    ),
    Misconception("wrong sign", "The result has the opposite sign.", lambda case: -reference(case)),
)

EXERCISE = Exercise(
    id="2-syncsgd/easy/average_gradients",
    points=2,
    needs=("average_gradients",),
    cases=cases,
    examine=against(reference, MISCONCEPTIONS, "the mean gradient", "It has the shape of one gradient."),
    own_work=("sgdkit.average", "sgdkit.sync"),
    praise="A shard counts by its number of examples, so the split does not matter.",
    misconceptions=MISCONCEPTIONS,
)
