"""The slides' four conclusions, each held against our figures."""

from __future__ import annotations

from typing import Any

from ..measurement import Data
from . import times

SLIDES = (
    "A larger batch size is good for the training of the model (related to convergence).",
    "When the batch size is large enough, increasing the number of parallel nodes has not had that many benefits.",
    "When the batch size is quite small, increasing the number of parallel nodes will do good to the training process "
    "to some degree. However, this will also increase the overhead of the system.",
    "Using more parallel nodes can smooth SGD algorithm.",
)
FEW = 1.2  # a speed-up below this one is "not that many benefits"
CLEAR = 0.01  # of accuracy: what is more than the seeds' scatter
SMOOTHER = 0.9  # a variance below this part of the other one
ROUNDING = 1e-2  # float32, hundreds of steps: the largest difference of w over its largest entry


def sentences(data: Data) -> list[str]:
    """For each conclusion: what the slides say, and for each network whether our figures agree, and why."""
    learning, t = data["learning"], data["times"]
    found = (
        [_larger_batch(name, entry) for name, entry in learning.items()],
        [_time_of_a_large_batch(t, network) for network in times.NETWORKS]
        + [_one_batch(name, entry) for name, entry in learning.items()],
        [_time_of_a_small_batch(t, network) for network in times.NETWORKS]
        + [_batch_each(name, entry) for name, entry in learning.items()],
        [_smoother(name, entry) for name, entry in learning.items()],
    )
    said = []
    for number, (claim, ours) in enumerate(zip(SLIDES, found, strict=True), 1):
        said += [f'The slides\' conclusion {number}: "{claim}"', *(f"({number}) {sentence}" for sentence in ours)]
    if not any("MNIST" in name for name in learning):
        said.append("MNIST is left out: it could not be downloaded.")
    return said


def agree(yes: bool) -> str:
    return "AGREE" if yes else "DO NOT AGREE"


def after_early(entry: dict[str, Any], batch: str) -> float:
    """Accuracy after as many steps as the largest batch made."""
    found = entry["batches"][batch]
    return float(found["accuracy"][found["steps"].index(entry["early"])])


def _larger_batch(name: str, entry: dict[str, Any]) -> str:
    small, large = min(entry["batches"], key=int), max(entry["batches"], key=int)
    steps = [after_early(entry, batch) for batch in (small, large)]
    epochs = [entry["batches"][batch]["accuracy"][-1] for batch in (small, large)]
    fewer = entry["batches"][small]["steps"][-1] / entry["early"]
    return (
        f"{name}: after {entry['early']} steps our figures {agree(steps[1] > steps[0] + CLEAR)}, {steps[0]:.1%} of the "
        f"test set are right with a mini-batch of {int(small):,} and {steps[1]:.1%} with {int(large):,}. After "
        f"{entry['epochs']} epochs, the same amount of computing, they {agree(epochs[1] > epochs[0] + CLEAR)}: "
        f"{epochs[0]:.1%} and {epochs[1]:.1%}, with {fewer:.0f} times fewer steps for the large one at the "
        "same learning rate."
    )


def _time_of_a_large_batch(t: Data, network: str) -> str:
    batch = times.batches(t, network)[-1]
    gain = times.speed_up(t, network, batch)
    return (
        f"{times.NETWORKS[network]}, time: our figures {agree(gain < FEW)}, {times.most_nodes(t)} nodes are {gain:.2f} "
        f"times as fast as one with a mini-batch of {batch:,}."
    )


def _one_batch(name: str, entry: dict[str, Any]) -> str:
    runs = entry["nodes, one batch"]
    far = max(run["far"] for run in runs.values())
    return (
        f"{name}, accuracy: our figures {agree(far < ROUNDING)}. One mini-batch gives the same w whether 1 or "
        f"{len(runs)} nodes split it (float32: the difference is at most {far:.0e} of its largest entry), so more "
        "nodes change nothing."
    )


def _time_of_a_small_batch(t: Data, network: str) -> str:
    small, large = times.batches(t, network)[0], times.batches(t, network)[-1]
    nodes, gain = times.most_nodes(t), times.speed_up(t, network, small)
    shares = [times.overhead_share(t, network, batch, nodes) for batch in (small, large)]
    return (
        f"{times.NETWORKS[network]}, time: that more nodes help, our figures {agree(gain > 1)}, {nodes} nodes are "
        f"{gain:.2f} times as fast as one with a mini-batch of {small}; that there is more overhead, they "
        f"{agree(shares[0] > shares[1])}, it is {shares[0]:.1%} of an iteration, and {shares[1]:.1%} with {large:,}."
    )


def _batch_each(name: str, entry: dict[str, Any]) -> str:
    one, many, most = _one_and_many(entry)
    better = many["accuracy"][-1] > one["accuracy"][-1] + CLEAR
    return (
        f"{name}, accuracy: our figures {agree(better)}, with a small mini-batch for each node it is "
        f"{one['accuracy'][-1]:.1%} after {one['steps'][-1]} steps with 1 node and "
        f"{many['accuracy'][-1]:.1%} with {most}."
    )


def _smoother(name: str, entry: dict[str, Any]) -> str:
    one, many, most = _one_and_many(entry)
    ratio = (many["jitter"] / one["jitter"]) ** 2 if one["jitter"] else 1.0
    return (
        f"{name}: our figures {agree(ratio < SMOOTHER)} where each node has a mini-batch of its own: the variance of "
        f"the loss's change from step to step is {ratio:.2f} times as large with {most} nodes as with 1 (1/{most} is "
        "what independent examples give). Where the nodes split one mini-batch nothing changes, see 2."
    )


def _one_and_many(entry: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], int]:
    runs = entry["nodes, a batch each"]
    most = max(map(int, runs))
    return runs["1"], runs[str(most)], most
