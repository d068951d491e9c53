"""How long an iteration takes, by nodes and batch: the slides' first two plots."""

from __future__ import annotations

from typing import Any

from sgdkit.pool import available_cores

from ..case import Case
from ..driver import Candidate, rounds
from ..measurement import Data, Options, median, say

NETWORKS = {"ann50": "ANN 50", "cnn": "CNN"}


def measure(options: Options) -> Data:
    """Every batch with every number of nodes, all nodes interleaved."""
    nodes = options.some([1, 2, 3, 4], [1, 2])
    cases = options.some(
        [Case("ann50", batch, examples=4 * max(batch, 1024)) for batch in (16, 64, 256, 1024, 4096)]
        + [Case("cnn", batch, examples=1024) for batch in (16, 64, 256)],
        [Case("ann50", batch, examples=256) for batch in (16, 64)] + [Case("cnn", 8, examples=16)],
    )
    found: list[dict[str, Any]] = []
    for case in cases:
        say(f"slides: time of an iteration, {case.title}")
        candidates = [Candidate(str(number), "sgdkit", {"workers": number}, blas=None) for number in nodes]
        measured = rounds(candidates, case, options.rounds)
        parts = ("step", "median", "overhead")
        times = {label: {part: median(samples, part) for part in parts} for label, samples in measured.items()}
        found.append({"network": case.network, "batch": case.batch, "nodes": times})
    return {"cells": found, "nodes": nodes, "cores": available_cores()}


def milliseconds(data: Data, network: str, batch: int, nodes: int, part: str = "step") -> float:
    """Of one iteration."""
    for cell in data["cells"]:
        if (cell["network"], cell["batch"]) == (network, batch):
            return float(cell["nodes"][str(nodes)][part]) * 1e3
    raise KeyError((network, batch, nodes))


def batches(data: Data, network: str) -> list[int]:
    """Those measured with this network, the small ones first."""
    return sorted(cell["batch"] for cell in data["cells"] if cell["network"] == network)


def most_nodes(data: Data) -> int:
    """As many as have a core of their own."""
    return int(max(k for k in data["nodes"] if k <= max(data["cores"], 2)))


def speed_up(data: Data, network: str, batch: int) -> float:
    """How many times as fast these are as one node."""
    return milliseconds(data, network, batch, 1) / milliseconds(data, network, batch, most_nodes(data))


def overhead_share(data: Data, network: str, batch: int, nodes: int) -> float:
    """Which part of an iteration is neither gradient nor update."""
    return milliseconds(data, network, batch, nodes, "overhead") / milliseconds(data, network, batch, nodes, "median")
