"""Clusters that nobody has here, as discrete events: what a step costs with so many workers, and with backup workers.

`compute.py` says how long a worker computes, `network.py` what a message costs, `cluster.py` puts them together and
lists what is assumed, `events.py` lets the time run, `target.py` turns times of a step into times to a target loss.
"""

from .cluster import Cluster
from .compute import Constant, Exponential, Late, LogNormal, Pareto, Replay
from .events import AsyncResult, SyncResult, run_async, run_sync
from .network import AlphaBeta
from .target import StepsToTarget

__all__ = [
    "AlphaBeta",
    "AsyncResult",
    "Cluster",
    "Constant",
    "Exponential",
    "Late",
    "LogNormal",
    "Pareto",
    "Replay",
    "StepsToTarget",
    "SyncResult",
    "run_async",
    "run_sync",
]
