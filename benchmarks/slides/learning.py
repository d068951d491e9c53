"""How accurate it becomes, by batch and by nodes: the slides' other four plots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sgdkit import SyncSGD
from sgdkit.data import DataUnavailable, Split, digits, mnist
from sgdkit.history import Step
from sgdkit.models import Network, ann, cnn
from sgdkit.optimizers import SGD

from ..measurement import Data, Options, say

LAMBDA = 5.0  # the slides'
LR = 0.01  # the largest round one with which the full batch does not diverge


@dataclass(frozen=True)
class Task:
    """A network and what it learns. epochs: of each batch; each_node: a node's own mini-batch, for the last plot."""

    name: str
    network: Callable[[], Network]
    data: Split
    batches: tuple[int, ...]
    epochs: int
    seeds: int
    each_node: int = 16


def tasks(options: Options) -> list[Task]:
    """ANN and CNN on the digits, ANN on a sixth of MNIST."""
    small = digits(np.float32)
    if options.quick:
        few = Split(small.train.take(slice(64)), small.test.take(slice(64)))
        return [Task("ANN 50, digits", ann, few, (16, 64), 2, 2), Task("CNN, digits", cnn, few, (16, 32), 1, 1)]
    found = [
        Task("ANN 50, digits", ann, small, (16, 64, 256, 1437), 30, 5),
        Task("CNN, digits", cnn, small, (16, 64, 256), 8, 3),
    ]
    try:
        large = mnist(np.float32)
        part = Split(large.train.take(slice(10_000)), large.test)
        found.append(Task("ANN 50, MNIST (10,000)", ann, part, (16, 64, 256, 1024, 4096), 10, 3))
    except DataUnavailable:
        say("slides: MNIST is left out, because it could not be downloaded")
    return found


def measure(options: Options) -> Data:
    """For each task: by batch; by nodes that split one mini-batch; by nodes with a mini-batch each."""
    found: dict[str, Any] = {}
    for task in tasks(options):
        say(f"slides: accuracy, {task.name}")
        nodes = options.some([1, 2, 3, 4], [1, 2])
        n = len(task.data.train)
        early = task.epochs * -(-n // max(task.batches))  # as many steps as the largest batch makes
        found[task.name] = {
            "epochs": task.epochs,
            "early": early,
            "seeds": task.seeds,
            "examples": n,
            "batches": {
                str(batch): _mean(task, 1, batch, task.epochs * -(-n // batch), {early, *_epoch_ends(task, batch)})
                for batch in task.batches
            },
            "nodes, one batch": _same_batch(task, nodes, options.some(2, 1)),
            "nodes, a batch each": _batch_each(task, nodes, options.some(200, 4)),
        }
    return found


def _same_batch(task: Task, nodes: list[int], epochs: int) -> Data:
    """One mini-batch of 64 split over the nodes. far: the largest difference of w from one node's, over max |w|."""
    steps = epochs * -(-len(task.data.train) // 64)
    runs = {k: learn(task, k, 64, 0, steps, set(range(0, steps + 1, max(1, steps // 10)))) for k in nodes}
    w = runs[nodes[0]]["w"]
    return {
        str(k): {
            "steps": run["steps"],
            "accuracy": run["accuracy"],
            "far": float(np.abs(run["w"] - w).max() / np.abs(w).max()),
        }
        for k, run in runs.items()
    }


def _batch_each(task: Task, nodes: list[int], steps: int) -> Data:
    """`each_node` examples a node, the same number of steps for all."""
    marks = set(range(0, steps + 1, max(1, steps // 20)))
    return {str(k): _mean(task, k, task.each_node * k, steps, marks) for k in nodes}


def _mean(task: Task, nodes: int, batch: int, steps: int, marks: set[int]) -> Data:
    """Means over the seeds; jitter is the standard deviation of the loss's change from a step to the next."""
    runs = [learn(task, nodes, batch, seed, steps, marks) for seed in range(task.seeds)]
    return {
        "steps": runs[0]["steps"],
        "accuracy": np.mean([run["accuracy"] for run in runs], axis=0).tolist(),
        "spread": float(np.std([run["accuracy"][-1] for run in runs])),
        "jitter": float(np.mean([run["jitter"] for run in runs])),
    }


def _epoch_ends(task: Task, batch: int) -> set[int]:
    each = -(-len(task.data.train) // batch)
    return {each * epoch for epoch in range(1, task.epochs + 1)}


def learn(task: Task, nodes: int, batch: int, seed: int, steps: int, marks: set[int]) -> dict[str, Any]:
    """One run of so many steps: its w, jitter (second half), and test accuracy after each of the steps in `marks`."""
    network, (train, test) = task.network(), task.data
    accuracy: dict[int, float] = {}

    def look(step: Step) -> bool:
        if step.step + 1 in marks:
            accuracy[step.step + 1] = network.accuracy(step.w, test.X, test.Y)
        return step.step + 1 == steps

    engine = SyncSGD(network, SGD(LR), workers=nodes, batch_size=batch, lam=LAMBDA, seed=seed, engine="serial")
    epochs = -(-steps // -(-len(train) // batch))
    run = engine.fit(train, epochs, progress=False, evaluate=False, callback=look)
    changes = np.diff(run.loss[run.steps // 2 :])
    return {
        "w": run.w,
        "steps": list(accuracy),
        "accuracy": list(accuracy.values()),
        "jitter": float(changes.std()) if len(changes) else 0.0,
    }
