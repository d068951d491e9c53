"""The numbers behind the six plots."""

from __future__ import annotations

from ..measurement import Data
from ..table import Table
from . import times
from .conclusions import after_early


def tables(data: Data) -> list[Table]:
    """Time; accuracy by batch; accuracy by nodes."""
    nodes = data["times"]["nodes"]
    cores = data["times"]["cores"]
    time = Table(
        "slides-time",
        f"Milliseconds an iteration, SyncSGD, float32, {cores} cores.",
        ["", *(f"{k} node" + "s" * (k > 1) for k in nodes)],
    )
    for network, title in times.NETWORKS.items():
        for batch in times.batches(data["times"], network):
            row = [times.milliseconds(data["times"], network, batch, k) for k in nodes]
            time.rows.append([f"{title}, batch {batch:,}", *row])
    by_batch = Table(
        "slides-accuracy-batch",
        "Test accuracy in per cent by mini-batch, means over seeds; spread: standard deviation over them.",
        ["", "after the same epochs", "spread", "after the same steps"],
    )
    by_nodes = Table(
        "slides-accuracy-nodes",
        "Test accuracy in per cent by nodes. One batch: 64 examples split over the nodes. A batch each: 16 examples a "
        "node, means over seeds; jitter: standard deviation of the loss's change from step to step.",
        ["", "one batch", "a batch each", "jitter"],
    )
    for name, entry in data["learning"].items():
        for batch, run in entry["batches"].items():
            row = [100 * run["accuracy"][-1], 100 * run["spread"], 100 * after_early(entry, batch)]
            by_batch.rows.append([f"{name}, batch {int(batch):,}", *row])
        for k, run in entry["nodes, a batch each"].items():
            same = entry["nodes, one batch"][k]["accuracy"][-1]
            row = [100 * same, 100 * run["accuracy"][-1], run["jitter"]]
            by_nodes.rows.append([f"{name}, {k} node" + "s" * (k != "1"), *row])
    return [time, by_batch, by_nodes]
