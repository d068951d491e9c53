"""The case's networks in torch, and their parameters in the order of the kit's flat vector."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..case import Case


def build(case: Case, channels_last: bool = False) -> nn.Sequential:
    """The network with the case's first w, in the case's dtype.

    channels_last: keep the images as (height, width, channels), which torch leaves to the user.
    """
    if case.network == "cnn":
        network = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(1568, 10)),
        )
    else:
        hidden = int(case.network.removeprefix("ann"))
        network = nn.Sequential(nn.Linear(784, hidden), nn.Tanh(), nn.Linear(hidden, 10, bias=False))
    network = network.to(getattr(torch, case.dtype))
    ours = case.make_network()
    arrays = ours.arrays(ours.init(case.seed, case.dtype)).values()
    with torch.no_grad():
        for parameter, array in zip(network.parameters(), arrays, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(to_torch(array))))
    return network.to(memory_format=torch.channels_last) if channels_last else network


def to_torch(array: NDArray[np.floating]) -> NDArray[np.floating]:
    """One of the kit's parameter arrays with torch's axes."""
    if array.ndim == 4:  # (k, k, channels, filters) -> (filters, channels, k, k)
        return array.transpose(3, 2, 0, 1)
    if array.ndim == 2 and len(array) == 1568:  # what comes out of the last pooling: 7 × 7 × 32 -> 32 × 7 × 7
        return array.reshape(7, 7, 32, 10).transpose(3, 2, 0, 1).reshape(10, 1568)
    return array.T


def to_flat(network: nn.Module) -> NDArray[np.floating]:
    """(size,) the network's parameters as the kit has them."""
    return np.concatenate([_from_torch(p.detach().numpy()).ravel() for p in network.parameters()])


def _from_torch(array: NDArray[np.floating]) -> NDArray[np.floating]:
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    if array.ndim == 2 and array.shape[1] == 1568:
        return array.reshape(10, 32, 7, 7).transpose(2, 3, 1, 0)
    return array.T


def sum_of_losses(case: Case, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The SUM over the examples: cross-entropy for the CNN, half the squared error for the ANN."""
    if case.network == "cnn":
        return nn.functional.cross_entropy(outputs, targets, reduction="sum")
    return nn.functional.mse_loss(outputs, targets, reduction="sum") / 2


def targets(case: Case, Y: NDArray[np.floating]) -> torch.Tensor:
    """What the loss wants: class numbers for cross-entropy (torch is faster with them), one-hot rows otherwise."""
    return torch.from_numpy(Y.argmax(axis=1) if case.network == "cnn" else Y)
