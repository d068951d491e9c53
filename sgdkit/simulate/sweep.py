"""The same cluster with more and more backup workers, or more and more workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .cluster import Cluster
from .events import run_sync
from .target import StepsToTarget


class Point(NamedTuple):
    """One simulated cluster: N, b, seconds a step with their standard error, seconds to the target, and waste.

    wasted: which share of all gradients came too late.
    """

    workers: int
    backup: int
    step: float
    error: float
    to_target: float
    wasted: float


def point(cluster: Cluster, steps: int, target: StepsToTarget, examples: float, seed: int = 0) -> Point:
    """Simulate one cluster. examples: in a worker's shard, so that N times as many are used in a step."""
    result = run_sync(cluster, steps, seed)
    to_target = result.mean * target(examples * cluster.workers)
    used = steps * cluster.workers
    wasted = result.thrown_away / (used + result.thrown_away)
    return Point(cluster.workers, cluster.backup, result.mean, result.error, to_target, wasted)


def against_backup(
    cluster: Cluster, backups: Sequence[int], steps: int, target: StepsToTarget, examples: float, seed: int = 0
) -> list[Point]:
    """Of the N + b machines of `cluster`, b are backup workers: one point for each b."""
    n = cluster.machines
    return [point(replace(cluster, workers=n - b, backup=b), steps, target, examples, seed) for b in backups]


def against_workers(
    cluster: Cluster, workers: Sequence[int], steps: int, target: StepsToTarget, examples: float, seed: int = 0
) -> list[Point]:
    """Clusters of so many machines, with the same share of backup workers as `cluster`; the same shard for each."""
    share = cluster.backup / cluster.machines
    points = []
    for n in workers:
        b = min(n - 1, round(share * n))
        points.append(point(replace(cluster, workers=n - b, backup=b), steps, target, examples, seed))
    return points


def spread(most: int, count: int = 9, least: int = 0) -> list[int]:
    """About `count` whole numbers from `least` to `most`, dense where they are small."""
    if most <= least:
        return [least]
    found = np.geomspace(1, most - least + 1, count).round().astype(int) - 1 + least
    return sorted({least, most, *found.tolist()})
