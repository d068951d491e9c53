"""2-syncsgd/hard/update: each step moves w as one process with the whole mini-batch would, however it was split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from ..judge import close, number
from . import observed
from .network import Array
from .observed import Step

# Workers, examples, mini-batch, epochs. The first two are even everywhere; then ragged shards and mini-batches.
RUNS = ((1, 4, 4, 2), (2, 8, 4, 2), (2, 7, 3, 2), (3, 11, 5, 2), (3, 7, 3, 1))
EVEN = 2


def cases(rng: np.random.Generator) -> list[Case]:
    """One worker first, then more, then ragged."""
    return [observed.case(rng, *run) for run in RUNS]


def _sum(case: Case, w: Array, rows: list[int]) -> Array:
    """∇ of Σ 1/2 (x·w − y)² over the rows, one at a time."""
    _, X, Y = case.args
    g = np.zeros_like(w)
    for row in rows:
        g += (float(np.dot(X[row], w)) - Y[row, 0]) * X[row]
    return g


def _next(case: Case, step: Step, average: str = "mean", penalty: str = "lam/N", rate: float = 1.0) -> Array:
    """w after the step; the defaults are right."""
    sums = [_sum(case, step.w, shard) for shard in step.shards if shard]
    sizes = [len(shard) for shard in step.shards if shard]
    n, k, lam, N = sum(sizes), case.kwargs["workers"], case.kwargs["lam"], len(case.args[1])
    total = np.sum(sums, axis=0)
    g = {
        "mean": total / n,
        "sum": total,
        "plain": np.mean([s / size for s, size in zip(sums, sizes, strict=True)], axis=0),
        "means": np.sum([s / size for s, size in zip(sums, sizes, strict=True)], axis=0),
        "workers": total / n / k,
        "by workers": total / k,
        "batch_size": total / case.kwargs["batch_size"],
    }[average]
    decay = {"lam/N": lam / N, "none": 0.0, "lam": lam, "per worker": lam * k / N, "lam/B": lam / n}[penalty]
    return step.w - case.kwargs["lr"] * rate * (g + decay * step.w)


# Name, what is said, and how w moves then.
MISTAKES: tuple[tuple[str, str, Callable[[Case, Step], Array]], ...] = (
    ("uphill", "w moves uphill: the update is w - lr * g, with a minus.", lambda c, s: _next(c, s, rate=-1.0)),
    (
        "λ missing",
        "The penalty is missing: g is the mean gradient plus lam / N * w.",
        lambda c, s: _next(c, s, penalty="none"),
    ),
    (
        "λ once per worker",
        "The penalty is added once for every worker: add lam / N * w once, after averaging.",
        lambda c, s: _next(c, s, penalty="per worker"),
    ),
    (
        "λ not divided by N",
        "The penalty is lam * w; it is lam / N * w, N being the number of all examples.",
        lambda c, s: _next(c, s, penalty="lam"),
    ),
    (
        "λ divided by the mini-batch",
        "The penalty is divided by the examples of the mini-batch; divide by N, the number of all examples.",
        lambda c, s: _next(c, s, penalty="lam/B"),
    ),
    (
        "sum for mean",
        "The gradients are added but not divided by the number of examples of the mini-batch.",
        lambda c, s: _next(c, s, "sum"),
    ),
    (
        "unweighted mean over uneven shards",
        "The shards' means are averaged as if the shards were equally long: divide the sum over all examples by "
        "their number.",
        lambda c, s: _next(c, s, "plain"),
    ),
    (
        "sum of the means",
        "The shards' means are added up; divide the sum over all examples by their number.",
        lambda c, s: _next(c, s, "means"),
    ),
    (
        "divided by workers too",
        "The mean gradient is divided by the number of workers as well.",
        lambda c, s: _next(c, s, "workers"),
    ),
    (
        "divided by the number of workers",
        "The sum of the gradients is divided by the number of workers; divide by the number of examples.",
        lambda c, s: _next(c, s, "by workers"),
    ),
    (
        "divided by batch_size",
        "The sum of the gradients is divided by batch_size, also where the ragged last mini-batch has fewer examples.",
        lambda c, s: _next(c, s, "batch_size"),
    ),
    (
        "learning rate times workers",
        "The learning rate is multiplied by the number of workers: use lr as it is given.",
        lambda c, s: _next(c, s, rate=float(c.kwargs["workers"])),
    ),
    (
        "sum for mean + λ missing",
        "The gradients are added but not divided by their number, and the penalty is missing.",
        lambda c, s: _next(c, s, "sum", "none"),
    ),
    (
        "sum for mean + λ not divided by N",
        "Nothing is divided: the gradients by their number, and lam by the number of all examples.",
        lambda c, s: _next(c, s, "sum", "lam"),
    ),
)


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """First that the workers of a mini-batch share one w, then each step's update."""
    runs, fault = observed.each(cases, values)
    if fault is not None:
        return fault
    moves: list[tuple[Case, Step, Array, int]] = []
    for case, run in zip(cases, runs, strict=True):
        fault = _one_w(case, run)
        if fault is not None:
            return fault
        after = [step.w for step in run.steps[1:]] + [run.final]
        moves += [(case, step, w, i) for i, (step, w) in enumerate(zip(run.steps, after, strict=True), start=1)]
    wrong = [move for move in moves if not close(move[2], _next(move[0], move[1]))]
    if not wrong:
        return None
    case, step, w, i = min(wrong, key=lambda move: len(move[1].rows))
    right = _next(case, step)
    entry = int(np.argmax(np.abs(w - right)))
    numbers = (
        f"{case.about[:1].upper()}{case.about[1:]}: after step {i}, whose mini-batch of {len(step.rows)} was split "
        f"into {' and '.join(str(len(shard)) for shard in step.shards)}, entry [{entry}] of w should be "
        f"{number(right[entry])}; yours is {number(w[entry])}."
    )
    ragged = all(any(move[0] is case for case in cases[EVEN:]) for move in wrong)
    share, half = (0.5, " Even mini-batches are right: half of the points.") if ragged else (0.0, "")
    if all(_one_worker(case, step, w) for case, step, w, _ in moves):
        return Fault(f"Only one worker's gradient moves w; use all of them. {numbers}{half}", "one worker only", share)
    for name, says, how in MISTAKES:
        if all(close(w, how(case, step)) for case, step, w, _ in moves):
            return Fault(f"{says} {numbers}{half}", name, share)
    return Fault(f"{numbers}{half}", None, share)


def _one_worker(case: Case, step: Step, w: Array) -> bool:
    """Whether w is what one of the shards alone, whichever, makes of it."""
    return any(close(w, _next(case, Step(step.w, [shard]))) for shard in step.shards if shard)


def _one_w(case: Case, run: observed.Seen) -> Fault | None:
    """Whether the gradients at one w are those of one mini-batch."""
    size, workers = case.kwargs["batch_size"], case.kwargs["workers"]
    N, epochs = len(case.args[1]), case.kwargs["epochs"]
    if not np.allclose(run.steps[0].w, case.args[0], rtol=1e-5, atol=1e-7):
        return Fault(
            f"{case.about}, training does not begin at the w that was given: entry [0] is {number(case.args[0][0])}; "
            f"yours begins with {number(run.steps[0].w[0])}.",
            "other start",
        )
    largest, smallest = max(len(step.rows) for step in run.steps), min(len(step.rows) for step in run.steps)
    if largest <= size and (len(run.steps) <= -(-N // size) * epochs or smallest * workers > size):
        return None
    calls = max(len(step.shards) for step in run.steps)
    if largest == size * workers and calls <= workers:
        return Fault(
            f"{case.about}, {largest} examples make one step: every worker gets a mini-batch of its own. Here "
            "batch_size is the number of examples of all workers together: split it.",
            "batch_size per worker",
        )
    if largest > size:
        return Fault(
            f"{case.about}, {largest} examples were computed with one and the same w; a step takes {size}. Give the "
            "workers the w of now in every step.",
            "stale w",
        )
    return Fault(
        f"{case.about}, w was changed {len(run.steps)} times; there are {-(-N // size) * epochs} mini-batches. The "
        "workers of one mini-batch all use the same w: wait for all, average, then update once.",
        "w updated per worker",
    )


EXERCISE = Exercise(
    id="2-syncsgd/hard/update",
    points=6,
    needs=("train",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.SyncSGD", "sgdkit.sync", "sgdkit.asynchronous"),
    praise="Every step is the one that a single process makes with the whole mini-batch.",
    overlooks=frozenset({"left"}),
)
