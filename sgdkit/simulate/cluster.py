"""A cluster to be simulated, and everything that is assumed of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

from .compute import ComputeTime, Exponential
from .network import AlphaBeta

Exchange = Literal["server", "ring", "tree"]
WhenLate = Literal["finish", "abandon"]
EXCHANGES: tuple[str, ...] = get_args(Exchange)
WHEN_LATE: tuple[str, ...] = get_args(WhenLate)


@dataclass(frozen=True)
class Cluster:
    """workers: N, whose gradients make an update. backup: b more; only a parameter server can do without the last.

    compute: how long a worker computes a gradient. network: what a message costs. size: bytes of w and of a gradient.
    exchange: "server", or all-reduce by "ring" or "tree". servers: over how many hosts w is spread. update: seconds
    of an update. late: what a worker does that comes too late, "finish" its gradient, as in this kit, or "abandon" it
    and join the next step at once. ValueError: anything else.
    """

    workers: int
    backup: int = 0
    compute: ComputeTime = field(default_factory=lambda: Exponential(1.0))
    network: AlphaBeta = field(default_factory=AlphaBeta)
    size: float = 0.0
    exchange: Exchange = "server"
    servers: int = 1
    update: float = 0.0
    late: WhenLate = "finish"

    def __post_init__(self) -> None:
        for name, least in (("workers", 1), ("backup", 0), ("servers", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} of the cluster is {value!r}: give a whole number of at least {least}.")
        for name in ("size", "update"):
            value = getattr(self, name)
            if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} of the cluster is {value!r}: give 0 or a positive number.")
        if self.exchange not in EXCHANGES:
            raise ValueError(f"exchange {self.exchange!r} does not exist: choose one of {', '.join(EXCHANGES)}.")
        if self.late not in WHEN_LATE:
            raise ValueError(f"late is {self.late!r}: choose one of {', '.join(WHEN_LATE)}.")
        if self.backup and self.exchange != "server":
            raise ValueError(
                f"an all-reduce by {self.exchange} needs every worker's part: with backup = {self.backup} take the "
                "exchange 'server'."
            )

    @property
    def machines(self) -> int:
        """N + b."""
        return self.workers + self.backup

    @property
    def transfer(self) -> float:
        """Seconds for which one gradient, or one w, keeps a server's link busy."""
        return self.network.beta * self.size / self.servers

    def assumptions(self) -> list[str]:
        """What is taken for granted, a sentence each: to be printed with every result."""
        said = [
            f"Compute time of a gradient: {self.compute}; independent from worker to worker and from step to step.",
            f"Network: {self.network}; w and a gradient have {self.size:,.0f} bytes each.",
        ]
        if self.exchange == "server":
            where = (
                "One parameter server"
                if self.servers == 1
                else f"{self.servers} parameter servers, each with a part of w"
            )
            said.append(
                f"{where}: messages to it share its link one after another, so do those from it; the two directions do "
                "not disturb each other, and latency overlaps."
            )
        else:
            said.append(f"All-reduce by {self.exchange}: it starts when the slowest worker has its gradient.")
        if self.backup:
            what = {
                "finish": "computes it to its end, sends it, and then takes part in the step under way",
                "abandon": "leaves it at once and takes part in the next step",
            }[self.late]
            said.append(
                f"A step ends with the first N of the N + b gradients; a worker whose gradient comes too late {what}."
            )
        said.append(f"An update takes {self.update:g} s. No worker fails, and computing and sending do not overlap.")
        return said
