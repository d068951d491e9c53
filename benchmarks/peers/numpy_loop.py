"""(a) numpy in one process: the kit's gradient in a plain loop, with nothing around it.

The same gradient function as the kit's workers use, its checks of the arguments left out, so that two workers
against this one is the speed-up that the processes bring. `blas` threads are set before numpy is imported.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..case import Case
from .peer import Place, Times, timed_epochs


class NumpyLoop:
    """One process."""

    def __init__(self, case: Case, place: Place) -> None:
        self.case, self.rank = case, place.rank
        self.network, self.data = case.make_network(), case.make_data()
        self.X, self.Y = self.data.X.copy(), self.data.Y.copy()
        self._w = self.network.init(case.seed, case.dtype)
        self._g = np.empty_like(self._w)
        self.losses: list[float] = []

    def train(self, epochs: int) -> Times:
        return timed_epochs(self.case, epochs, self._gather, self._step)

    def _gather(self, order: NDArray[np.int64]) -> None:
        np.take(self.data.X, order, axis=0, out=self.X, mode="clip")
        np.take(self.data.Y, order, axis=0, out=self.Y, mode="clip")

    def _step(self, start: int, stop: int) -> None:
        X, Y = self.X[start:stop], self.Y[start:stop]
        loss, g = self.network.loss_and_gradient(self._w, X, Y, out=self._g, check=False)
        g *= np.asarray(self.case.lr / (stop - start), g.dtype)
        self._w -= g
        self.losses.append(loss / (stop - start))

    def w(self) -> NDArray[np.floating]:
        return self._w

    def close(self) -> None:
        """Nothing is open."""
