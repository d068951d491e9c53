"""The regressors of the Lorenz assignment."""

from __future__ import annotations

from collections.abc import Sequence

from sgdkit.models.layers.dense import Dense
from sgdkit.models.layers.layer import Layer
from sgdkit.models.layers.relu import ReLU
from sgdkit.models.losses.squared_error import SquaredError
from sgdkit.models.network import Network


def lorenz(nodes: Sequence[int] = (5, 8, 5)) -> Network:
    """3 → nodes[0] ReLU → … → nodes[-1] ReLU → 3 linear, all with bias; [5, 8, 5]: 20 + 48 + 45 + 18 = 131
    parameters.

    X: (n, 3) points of the attractor, Y: (n, 3) the points some steps later. Squared error 1/2 Σ (ŷ - y)².
    From the hyperparameter search of the Lorenz assignment, whose networks have [5, 8, 5] to [5, 8, 8, 8, 8,
    8, 5] nodes, and which initialises as Keras does (Glorot uniform). Narrow ReLU layers die easily: compare
    several seeds.
    """
    if len(nodes) == 0:
        raise ValueError("lorenz() needs at least one hidden layer, for example lorenz([5, 8, 5]).")
    layers: list[Layer] = []
    for inputs, outputs in zip((3, *nodes), nodes, strict=False):
        layers += [Dense(inputs, outputs, init="glorot"), ReLU()]
    layers.append(Dense(nodes[-1], 3, init="glorot"))
    return Network(f"lorenz({list(nodes)})", layers, SquaredError(), inputs=3)
