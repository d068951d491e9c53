"""(e) mpi4py: every rank has all data and its own w, and `Allreduce` adds the gradients."""

from __future__ import annotations

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from ..case import Case
from .numpy_loop import NumpyLoop
from .peer import Place, shards


class MPIAllreduce(NumpyLoop):
    """One rank; the gradient's last entry is the sum of the losses. One BLAS thread."""

    def __init__(self, case: Case, place: Place) -> None:
        self.comm = MPI.COMM_WORLD
        super().__init__(case, place._replace(rank=self.comm.rank, ranks=self.comm.size))
        self.buffer = np.empty(self.network.size + 1, case.dtype)
        self.total = np.empty_like(self.buffer)

    def _gather(self, order: NDArray[np.int64]) -> None:
        super()._gather(order)
        self.comm.Barrier()  # the ranks leave it together, so that the first step is a step

    def _step(self, start: int, stop: int) -> None:
        begin, end = shards(start, stop, self.comm.size)[self.rank]
        X, Y = self.X[begin:end], self.Y[begin:end]
        self.buffer[-1] = self.network.loss_and_gradient(self._w, X, Y, out=self.buffer[:-1], check=False)[0]
        self.comm.Allreduce(self.buffer, self.total)
        self.total *= np.asarray(self.case.lr / (stop - start), self.total.dtype)
        self._w -= self.total[:-1]
        self.losses.append(float(self.total[-1]) / self.case.lr)
