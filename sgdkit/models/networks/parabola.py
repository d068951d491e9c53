"""The network that fits y = x²."""

from __future__ import annotations

from sgdkit.models.layers.dense import Dense
from sgdkit.models.layers.tanh import Tanh
from sgdkit.models.losses.squared_error import SquaredError
from sgdkit.models.network import Network


def parabola() -> Network:
    """1 → 5 tanh → 1, both layers with bias: 5 + 5 + 5 + 1 = 16 parameters; X: (n, 1), Y: (n, 1).

    Squared error 1/2 Σ (ŷ - y)², standard normal first values. From the question on synchronous training on
    Stack Overflow that the course starts from (there the loss is the mean of (ŷ - y)²).
    """
    layers = [Dense(1, 5, init="normal"), Tanh(), Dense(5, 1, init="normal")]
    return Network("parabola()", layers, SquaredError(), inputs=1)
