"""The known mistakes of a synchronous loop, as `sync_sgd` recognises them: what is said, and how the loop differs."""

from __future__ import annotations

from typing import Any

from ..exercise import Misconception
from .loop import Loop, simulate


def _mistake(name: str, says: str, **switch: Any) -> Misconception:
    return Misconception(name, says, lambda case: simulate(case, Loop(**switch)))


MISCONCEPTIONS = (
    _mistake(
        "uphill",
        "w moves uphill: the update is w - lr * g, with a minus.",
        rate="-1",
    ),
    _mistake(
        "λ missing",
        "The penalty is missing in the update: the master adds lam / N * w to the mean gradient, N being all examples.",
        penalty="none",
    ),
    _mistake(
        "λ once per worker",
        "The penalty is added once for every worker: the master adds lam / N * w once, after averaging.",
        penalty="lam*workers/N",
    ),
    _mistake(
        "λ not divided by N",
        "The penalty is lam * w; training minimises J / N, so it is lam / N * w, N being the number of all examples.",
        penalty="lam",
    ),
    _mistake(
        "λ divided by the mini-batch",
        "The penalty is divided by the examples of the mini-batch; divide by N, the number of all examples: len(X).",
        penalty="lam/B",
    ),
    _mistake(
        "λ divided by the entries of Y",
        "The penalty is divided by the number of all entries of Y; N is the number of examples: len(X).",
        penalty="lam/entries of Y",
    ),
    _mistake(
        "sum for mean",
        "The gradients are added but not divided by the number of examples of the mini-batch.",
        average="sum",
    ),
    _mistake(
        "unweighted mean over uneven shards",
        "The shards' means are averaged as if they were equally long: use your average_gradients.",
        average="plain",
    ),
    _mistake(
        "unweighted mean over uneven shards",
        "The shards' means are averaged as if they were equally long: use your average_gradients.",
        average="plain",
        cut="runs",
    ),
    _mistake(
        "divided by workers too",
        "The mean gradient is divided by the number of workers as well.",
        average="workers",
    ),
    _mistake(
        "divided by the number of workers",
        "The sum of the gradients is divided by the number of workers; divide by the number of examples.",
        average="by workers",
    ),
    _mistake(
        "last worker only",
        "Only the last worker's gradient moves w.",
        average="last",
    ),
    _mistake(
        "ragged tail dropped",
        "The ragged last mini-batch of every epoch is left out: its examples are never learnt from in that epoch.",
        tail=False,
    ),
    _mistake(
        "last mini-batch only",
        "In every epoch only the last mini-batch moves w: the five steps belong into the loop over the mini-batches.",
        last=True,
    ),
    _mistake(
        "batch order reused",
        "Every epoch goes through the examples in the same order: draw rng.permutation anew in every epoch.",
        order="once",
    ),
    _mistake(
        "no shuffling",
        "The examples are taken in the order of X: shuffle them with rng.permutation in every epoch.",
        order="none",
    ),
    _mistake(
        "stale w",
        "The workers compute with the w of the start of the epoch: put the w of now into every task.",
        at="epoch",
    ),
    _mistake(
        "w never shared again",
        "The workers compute with the first w all the time: put the w of now into every task.",
        at="start",
    ),
    _mistake(
        "stale w",
        "The workers compute with the w of one step ago: put the w of now into every task.",
        at="before",
    ),
    _mistake(
        "w updated per worker",
        "w moves after each worker's result: wait for all, average, then update once. That is what synchronous means.",
        update="per worker",
    ),
    _mistake(
        "learning rate times workers",
        "The learning rate is multiplied by the number of workers: use lr as it is given.",
        rate="workers",
    ),
    _mistake(
        "divided by the examples twice",
        "The step is divided by the number of examples of the mini-batch: the mean gradient is divided already, so "
        "the step is lr * g.",
        rate="1/B",
    ),
    _mistake(
        "divided by the examples twice",
        "The mean gradient is divided by the number of examples once more: average_gradients has done that.",
        average="twice",
    ),
    _mistake(
        "positions for indices",
        "Every mini-batch takes the first examples of X: cut `batch` itself, not np.arange(len(batch)); its entries "
        "say which examples are in it.",
        rows="positions",
    ),
    _mistake(
        "whole data set",
        "Every step computes all examples of X: cut `batch`, the indices of this mini-batch, and not all of them.",
        rows="all",
    ),
    # Two at a time that often go together.
    _mistake(
        "sum for mean + λ not divided by N",
        "Nothing is divided: the gradients' sum by the mini-batch's examples, and lam by the number of all examples.",
        average="sum",
        penalty="lam",
    ),
    _mistake(
        "sum for mean + λ missing",
        "The gradients are added but not divided by the examples of the mini-batch, and the penalty is missing.",
        average="sum",
        penalty="none",
    ),
    _mistake(
        "λ missing + ragged tail dropped",
        "The penalty is missing in the update, and the ragged last mini-batch of every epoch is left out.",
        penalty="none",
        tail=False,
    ),
    _mistake(
        "λ missing + batch order reused",
        "The penalty is missing in the update, and every epoch goes through the examples in the same order.",
        penalty="none",
        order="once",
    ),
)
