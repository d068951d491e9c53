"""(c) torch in one process, with as many threads as asked for; eager mode, `torch.optim.SGD`."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..case import Case
from .peer import Place, Times, timed_epochs
from .torch_networks import build, sum_of_losses, targets, to_flat


class TorchSingle:
    """One process. channels_last: see `torch_networks.build`."""

    def __init__(self, case: Case, place: Place, threads: int = 1, channels_last: bool = False) -> None:
        torch.set_num_threads(threads)
        self.case, self.rank, self.network = case, place.rank, build(case, channels_last)
        data = case.make_data()
        self.all_X, self.all_Y = torch.from_numpy(data.X), targets(case, data.Y)
        self.X, self.Y = self.all_X.clone(), self.all_Y.clone()
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=case.lr)
        self.losses: list[float] = []

    def train(self, epochs: int) -> Times:
        return timed_epochs(self.case, epochs, self._gather, self._step)

    def _gather(self, order: NDArray[np.int64]) -> None:
        places = torch.from_numpy(order)
        torch.index_select(self.all_X, 0, places, out=self.X)
        torch.index_select(self.all_Y, 0, places, out=self.Y)

    def _step(self, start: int, stop: int) -> None:
        self.optimizer.zero_grad()
        loss = sum_of_losses(self.case, self.network(self.X[start:stop]), self.Y[start:stop]) / (stop - start)
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())

    def w(self) -> NDArray[np.floating]:
        return to_flat(self.network)

    def close(self) -> None:
        """Nothing is open."""
