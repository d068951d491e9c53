"""What all competitors are given: the same network, the same examples in the same order, the same first w.

The examples are random images of MNIST's shape (a fifth of the pixels is not black), since the time does not depend on
what is on them, and 4,096 real digits are not to be had offline. The update is w −= lr·g with g the mean over
the mini-batch, without regularisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdkit.data import Dataset
from sgdkit.models import Network, ann, cnn


@dataclass(frozen=True)
class Case:
    """One thing to be computed by everybody.

    network: "ann10", "ann50" or "cnn". batch: examples in a mini-batch of all workers together.
    examples: N, of which each epoch takes a new permutation.
    """

    network: str
    batch: int
    dtype: str = "float32"
    examples: int = 16_384
    lr: float = 0.01
    seed: int = 0

    @property
    def steps(self) -> int:
        """How many steps an epoch has."""
        return -(-self.examples // self.batch)

    @property
    def title(self) -> str:
        name = "CNN" if self.network == "cnn" else f"ANN {self.network.removeprefix('ann')}"
        return f"{name}, batch {self.batch:,}" + ("" if self.dtype == "float32" else f", {self.dtype}")

    def make_network(self) -> Network:
        """The kit's network."""
        return cnn() if self.network == "cnn" else ann(hidden=int(self.network.removeprefix("ann")))

    def make_data(self) -> Dataset:
        """X: (N, 784) pixels in [0, 1], Y: (N, 10) one-hot rows."""
        rng = np.random.default_rng(self.seed)
        X = rng.random((self.examples, 784), dtype=np.float32)
        X = np.maximum(5 * X - 4, 0).astype(self.dtype)
        Y = np.eye(10, dtype=self.dtype)[rng.integers(10, size=self.examples)]
        return Dataset(X, Y, "random images")

    def orders(self) -> np.random.Generator:
        """Its `permutation(N)` gives one epoch's order after the other, the same to everybody."""
        return np.random.default_rng(self.seed)
