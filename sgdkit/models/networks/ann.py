"""The slides' network with one hidden layer."""

from __future__ import annotations

from sgdkit.models.layers.dense import Dense
from sgdkit.models.layers.tanh import Tanh
from sgdkit.models.losses.squared_error import SquaredError
from sgdkit.models.network import Network


def ann(hidden: int = 50) -> Network:
    """784 → hidden tanh → 10: 784 hidden + hidden + 10 hidden = 795 hidden parameters; X: (n, 784), Y: (n,
    10) one-hot.

    The slides' ANN (hidden between 10 and 50): the hidden layer has a bias, the output layer has none, the
    loss is 1/2 Σ (ŷ - y)². The slides do not name the hidden layer's function. It is tanh here: its outputs
    lie around 0, so learning starts faster than with the sigmoid (LeCun et al. 1998, section 4.4), and it is
    smooth, as Newton needs.
    """
    layers = [Dense(784, hidden), Tanh(), Dense(hidden, 10, bias=False)]
    return Network(f"ann(hidden={hidden})", layers, SquaredError(), inputs=784, classifier=True)
