"""What sending costs: the α–β model, in which a message of n bytes takes α + β·n seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class AlphaBeta:
    """alpha: seconds of latency of a message. beta: seconds a byte, one over the bandwidth. Both 0: a free network."""

    alpha: float = 0.0
    beta: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("alpha", self.alpha), ("beta", self.beta)):
            if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} of the network is {value!r}: give 0 or a positive number of seconds.")

    def message(self, size: float) -> float:
        """Seconds for a message of `size` bytes."""
        return self.alpha + self.beta * size

    def ring(self, workers: int, size: float) -> float:
        """Seconds of a ring all-reduce of `size` bytes over n workers: 2(n − 1) messages of size/n, one after another.

        First every n-th of the vector is added up on its way round the ring, then the sums go round.
        """
        return 2 * (workers - 1) * self.message(size / workers) if workers > 1 else 0.0

    def tree(self, workers: int, size: float) -> float:
        """Seconds of a tree all-reduce: up a binary tree ⌈log₂ n⌉ messages of all bytes, and as many down."""
        return 2 * math.ceil(math.log2(workers)) * self.message(size) if workers > 1 else 0.0

    def __str__(self) -> str:
        if not self.alpha and not self.beta:
            return "sending takes no time"
        bandwidth = f", β = {self.beta:.3g} s a byte ({1e-9 / self.beta:.3g} GB/s)" if self.beta else ", β = 0"
        return f"a message takes α + β·bytes, α = {self.alpha * 1e6:.3g} µs{bandwidth}"
