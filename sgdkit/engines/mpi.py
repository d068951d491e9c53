"""The engine of several hosts: every rank runs the same loop, on its own part of the data.

`mpiexec -n 4 python train.py` starts four equal processes, the ranks. There is no master: each has its own w, draws the
same permutations, computes the gradient's sum over those examples of the mini-batch that it owns, and gets everybody's
sums. Then all do the same update with the same numbers. Two ways to exchange the sums of R ranks:

    "allgather"  as on the slides: every rank gets all R gradients and adds them itself, in the order of the ranks
    "allreduce"  the better way: MPI adds them on their way, and every rank gets one vector, whatever R is

Who computes what is decided by who owns it: a mini-batch is a random part of all examples, so a rank has now some more
of it, now some less. The mean is weighted by the numbers of examples, and the result is that of the other engines but
for rounding. `split` decides only which examples are in the mini-batch.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from os import PathLike
from types import FrameType, TracebackType
from typing import Any, Literal, NoReturn

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from ..data import Dataset
from ..types import Array, Vector
from .engine import AnyNetwork, Indices, Places, Quantity, ShardResult, check_shards, compute
from .mpi_checkpoint import MPICheckpoint
from .scatter import Part, cuts, own_part

Exchange = Literal["allreduce", "allgather"]
EXCHANGES: tuple[str, ...] = ("allreduce", "allgather")
_FAILED = -1.0  # in the place of a clock reading


class MPIEngine:
    """Computes this rank's share and exchanges sums with all other ranks.

    exchange: "allreduce" or "allgather". comm: the ranks that train together, by default all. `workers` is their
    number. Data are given to `fit` as a `Part` (see scatter.py), or whole on every rank, which then keeps its part.
    With dropout a rank computes runs of neighbouring examples one by one, so that each has the mask that it would
    have elsewhere.

    An exception in one rank would leave the others waiting for ever: it is printed, and ends all ranks. What decides
    when a run ends must be the same on every rank: the number of epochs, and what a callback returns.
    """

    def __init__(self, exchange: Exchange = "allreduce", comm: Any = None) -> None:
        if exchange not in EXCHANGES:
            raise ValueError(f"exchange {exchange!r} does not exist: choose one of {', '.join(EXCHANGES)}.")
        self.comm = MPI.COMM_WORLD if comm is None else comm
        self.exchange, self.rank, self.workers = exchange, self.comm.rank, self.comm.size
        self.leads = self.rank == 0
        self.spans: NDArray[np.float64] = np.full((self.workers, 3), np.nan)
        if self.workers > 1:  # whatever ends this rank from now on ends all
            sys.excepthook = self._last_words

    def open(self, network: AnyNetwork, data: Dataset) -> None:
        """See Engine.open. Keeps this rank's part twice: as given, and in the epoch's order.

        From here on Ctrl-C ends all ranks: one that stopped after a step of its own would leave the others waiting.
        """
        if self.workers > 1 and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._interrupted)  # `fit` puts back what was there before
        part = data if isinstance(data, Part) else own_part(data, self.rank, self.workers)
        self._network, self._part = network, part
        self._ends = cuts(part.total, self.workers)
        self._X, self._Y = np.empty_like(part.X), np.empty_like(part.Y)
        size, dtype = network.size, part.X.dtype
        # Behind the sum lie the loss, how many are right, and this rank's two clock readings.
        self._message = np.zeros(size + 2 + 2 * self.workers, dtype)
        self._total = np.zeros_like(self._message)
        self._own = np.zeros(size + 4, dtype)
        self._all = np.zeros((self.workers, size + 4) if self.exchange == "allgather" else (0, 0), dtype)
        self.epoch(np.arange(part.total))

    def place(self, w: Vector) -> Vector:
        """See Engine.place. Every rank has a w of its own."""
        return w

    def epoch(self, order: Indices) -> None:
        """See Engine.epoch. Each rank gathers its own examples in this order."""
        first, part = self._part.first, self._part
        self._at = np.flatnonzero((order >= first) & (order < first + len(part.X)))
        local = order[self._at] - first
        np.take(part.X, local, axis=0, out=self._X, mode="clip")
        np.take(part.Y, local, axis=0, out=self._Y, mode="clip")
        self._places = Places(order)

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """See Engine.map. Called by all ranks with the same arguments; all get the same results."""
        shared, failure = time.perf_counter(), None
        batch = self._checked(np.concatenate(check_shards(shards, self.workers)))
        examples = np.bincount(np.searchsorted(self._ends, batch, "right") - 1, minlength=self.workers)
        try:
            X, Y, places = self._mine(batch)
            begin = time.perf_counter()
            loss, right = self._compute(quantity, w, X, Y, places, draw, v)
            tail = (loss, right, begin - shared, time.perf_counter() - shared)
        except BaseException as error:
            if self.workers == 1:
                raise
            failure, tail = error, (0.0, 0, _FAILED, _FAILED)  # the others are told, so that only one speaks
        vector = quantity in ("gradient", "hessian_vector")
        if self.exchange == "allgather":
            results, clock = self._allgather(tail, examples, vector)
        else:
            results, clock = self._allreduce(tail, len(batch), vector)
        if (clock < 0).any():
            self._end_all(failure, first=int(np.flatnonzero(clock[:, 0] < 0)[0]))
        sent = time.perf_counter()
        self.spans = np.column_stack([shared + clock, np.full(self.workers, sent)])
        self.spans[examples == 0] = np.nan
        return results

    def cpu_seconds(self) -> NDArray[np.float64]:
        """See Engine.cpu_seconds. Called by all ranks; while one waits for the others, MPI keeps its core busy."""
        self.comm.Barrier()  # so that no rank counts what it did before the master's clock of the epoch was read
        return np.array(self.comm.allgather(time.process_time()))

    def finish(self) -> None:
        """Nothing to end."""

    def close(self) -> None:
        """Nothing to leave behind; the ranks end with their programs."""

    def checkpoint(self, path: str | PathLike[str], examples: int) -> MPICheckpoint:
        """A checkpoint that rank 0 writes and reads for all."""
        return MPICheckpoint(path, examples, self.comm)

    def _checked(self, batch: Indices) -> Indices:
        if len(batch) and not 0 <= batch.min() <= batch.max() < self._part.total:
            raise ValueError(
                f"split gave examples {batch.min()} to {batch.max()} of {self._part.total}: "
                "give only indices from its first argument."
            )
        return batch

    def _mine(self, batch: Indices) -> tuple[Array, Array, Indices]:
        """Those examples of a mini-batch that this rank has, and at which places of it they stand."""
        rows = self._places.find(batch)
        if rows is not None:
            a, b = np.searchsorted(self._at, (rows.start, rows.stop))
            return self._X[a:b], self._Y[a:b], self._at[a:b] - rows.start
        first = self._part.first
        places = np.flatnonzero((batch >= first) & (batch < first + len(self._part.X)))
        local = batch[places] - first
        return self._part.X[local], self._part.Y[local], places

    def _compute(
        self,
        quantity: Quantity,
        w: Vector,
        X: Array,
        Y: Array,
        places: Indices,
        draw: tuple[int, int],
        v: Vector | None,
    ) -> tuple[float, int]:
        """The quantity on this rank's examples; vectors are written into its message."""
        out = self._vector
        runs = [slice(0, len(X))]
        if quantity == "gradient" and self._network.random and len(X):
            ends = [0, *(np.flatnonzero(np.diff(places) != 1) + 1), len(X)]
            runs = [slice(a, b) for a, b in zip(ends[:-1], ends[1:], strict=True)]
        loss, right, total = 0.0, 0, out if len(runs) == 1 else np.zeros_like(out)
        for rows in runs:
            place = int(places[rows.start]) if len(X) else 0
            part_loss, part_right = compute(quantity, self._network, w, X[rows], Y[rows], out, (*draw, place), v)
            loss, right = loss + part_loss, right + part_right
            if len(runs) > 1:
                total += out
        if len(runs) > 1:
            out[:] = total
        return loss, right

    @property
    def _vector(self) -> Vector:
        """Where this rank's vector lies, ready to be sent."""
        return (self._own if self.exchange == "allgather" else self._message)[: self._network.size]

    def _allgather(
        self, tail: tuple[float, ...], examples: NDArray[np.int64], vector: bool
    ) -> tuple[list[ShardResult], NDArray[np.float64]]:
        size = self._network.size
        self._own[size:] = tail
        start = 0 if vector else size  # a loss needs no vector
        received = np.empty((self.workers, 4), self._own.dtype) if start else self._all
        self.comm.Allgather(self._own[start:], received)
        results = [
            ShardResult(self._all[rank, :size], int(examples[rank]), float(row[-4]), round(float(row[-3])))
            for rank, row in enumerate(received)
        ]
        return results, received[:, -2:].astype(np.float64)

    def _allreduce(
        self, tail: tuple[float, ...], examples: int, vector: bool
    ) -> tuple[list[ShardResult], NDArray[np.float64]]:
        size = self._network.size
        behind = self._message[size:]
        behind[:] = 0
        behind[:2] = tail[:2]
        behind[2 + 2 * self.rank : 4 + 2 * self.rank] = tail[2:]  # added to zeros: the sum is a gathering
        start = 0 if vector else size
        self.comm.Allreduce(self._message[start:], self._total[start:])
        loss, right, *clock = self._total[size:].tolist()
        result = ShardResult(self._total[:size], examples, loss, round(right))
        return [result], np.array(clock).reshape(self.workers, 2)

    def _last_words(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception outside `map`: nobody can be asked whether he fails, too, so the first rank goes first."""
        time.sleep(min(0.3 * self.rank, 3.0))
        self._abort(error)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        self._last_words(KeyboardInterrupt, KeyboardInterrupt("interrupted"), None)

    def _end_all(self, failure: BaseException | None, first: int) -> NoReturn:
        """Somebody has failed, and everybody knows who: the first one says why."""
        if self.rank == first and failure is not None:
            self._abort(failure)
        time.sleep(60.0)  # it needs no more than an instant
        self.comm.Abort(1)
        os._exit(1)

    def _abort(self, error: BaseException) -> NoReturn:
        """Say what went wrong and end all ranks: the others wait for this one and would do so for ever."""
        where = f"rank {self.rank} of {self.workers} on {socket.gethostname()}"
        told = "".join(traceback.format_exception(error))
        sys.stdout.flush()
        sys.stderr.write(f"{told}{where} failed ({type(error).__name__}: {error}), which ends all ranks.\n")
        sys.stderr.flush()
        self.comm.Abort(1)
        os._exit(1)
