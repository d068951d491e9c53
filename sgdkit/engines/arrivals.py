"""A pool whose master does not wait for everybody: it is told of each answer as it arrives.

Backup workers (`backup.py`) and asynchronous SGD (`../asynchronous.py`) are built on it. Three rules make late workers
harmless:

- Only a free worker is asked for something, so the master never writes into the board's row of one that computes.
- Each worker has a gradient row of its own and writes nowhere else. The master reads a row only while its worker is
  free, that is, after the answer and before the next order.
- An answer belongs to the order that the master remembers for this worker; one to an older step is thrown away.

The "done" semaphore only says "look at the board", so one release too many costs a look; and it may speak for one
worker while the counter of another is up already, so only the fence on both sides of a counter makes sure that what it
stands for is seen, too (see pool.py). Three things are read without one. `hurry` stands for nothing but itself. The
counts of updates, and the w of lock-free updates, are read while others write them: how out of date they are is what
is being measured.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Semaphore
from typing import Any, NamedTuple

import numpy as np
import psutil
from numpy.typing import NDArray

from ..data import Dataset
from ..stragglers import Stragglers
from ..types import Vector
from . import pool as plain
from .engine import AnyNetwork, Indices, Quantity, ShardResult, check_shards, compute
from .memory import Layout, SharedArrays, fence
from .pool import ANSWERED, ASKED, FIRST, ORDER, SEED, STEP, STOP, PoolEngine

# Columns of the board beside those of the plain pool.
W_ROW, OUT_ROW, UPDATES, SEEN, HURRY = range(10, 15)
_ORDERS: tuple[str, ...] = ("gradient", "hessian_vector", "loss", "evaluation", "update", "end")
_PATIENCE = 2.0  # seconds that a worker has at the end of a run to finish what nobody wants any more


class Order(NamedTuple):
    """What a worker was asked for: which step (or update), which shard of it, and how many examples that has."""

    step: int
    shard: int
    examples: int


class ArrivalEngine(PoolEngine):
    """A PoolEngine whose answers are taken one by one. `map` waits for all of them, as it does in every engine.

    stragglers: delays to be added to the workers' gradients, or None. w_rows: how many w lie in shared memory, the
    last one for `map`. The workers gather the examples of their shards themselves, at every step: a late one must
    not keep an epoch waiting. start_method, pin, spins: see PoolEngine.
    """

    def __init__(
        self,
        workers: int = 2,
        start_method: str | None = None,
        *,
        stragglers: Stragglers | None = None,
        w_rows: int = 1,
        pin: bool | None = None,
        spins: int | None = None,
    ) -> None:
        super().__init__(workers, start_method, pin=pin, spins=spins)
        self.stragglers, self._w_rows = stragglers, w_rows
        self._orders: list[Order | None] = [None] * workers
        self._spans = np.full((workers, 3), np.nan)
        self._deaths = 0

    def open(self, network: AnyNetwork, data: Dataset) -> None:
        """See Engine.open. Shared memory holds the data once, and two vectors like w for each worker."""
        n, dtype = len(data), data.X.dtype.str
        layout: Layout = {
            "X": (data.X.shape, dtype),
            "Y": (data.Y.shape, dtype),
            "examples": ((self.workers, n), "<i8"),
            "w": ((self._w_rows, network.size), dtype),
            "v": ((network.size,), dtype),
            "vectors": ((2 * self.workers, network.size), dtype),
            "board": ((self.workers, plain._COLUMNS), "<i8"),
            "sums": ((self.workers, 8), "<f8"),
            "clock": ((self.workers, 8), "<f8"),
        }
        self._orders = [None] * self.workers
        self._size = n
        self._begin(_serve, layout, network, data, self.stragglers)

    def place(self, w: Vector) -> Vector:
        """See Engine.place. Not in shared memory, where a late worker would read it while it is updated."""
        return w

    def epoch(self, order: Indices) -> None:
        """See Engine.epoch. Nothing to prepare."""

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """See Engine.map. A shard is computed by whoever is free; vectors go into a row that no late worker has."""
        memory = self._opened()
        memory.w[-1] = w
        if v is not None:
            memory.v[:] = v
        shards = check_shards(shards, self.workers)
        firsts = np.cumsum([0, *map(len, shards)])
        results: list[ShardResult | None] = [None] * len(shards)
        waiting = [number for number, shard in enumerate(shards) if len(shard)]
        for number, shard in enumerate(shards):
            if not len(shard):
                memory.vectors[self.workers + number] = 0
                results[number] = ShardResult(memory.vectors[self.workers + number], 0, 0.0)
        spans = np.full((self.workers, 3), np.nan)
        asked: dict[int, int] = {}  # seat -> shard
        while waiting or asked:
            for seat in self.free():
                if seat in asked:
                    number, sums = asked.pop(seat), memory.sums[seat]
                    vector = memory.vectors[self.workers + number]
                    results[number] = ShardResult(vector, len(shards[number]), float(sums[0]), int(sums[1]))
                    spans[seat] = memory.clock[seat, :3]
                if waiting:
                    number = waiting.pop(0)
                    asked[seat] = number
                    about, place = Order(draw[1], number, len(shards[number])), (*draw, int(firsts[number]))
                    row = self.workers + number
                    self.ask(seat, quantity, shards[number], about, place, row=row, w_row=self._w_rows - 1)
            if waiting or asked:
                self.wait()
        self._spans = spans
        return [result for result in results if result is not None]

    @property
    def spans(self) -> NDArray[np.float64]:
        """See Engine.spans."""
        return self._spans

    def ask(
        self,
        seat: int,
        order: str,
        examples: Indices,
        about: Order,
        draw: tuple[int, int, int],
        *,
        row: int | None = None,
        w_row: int = 0,
        lr: float = 0.0,
    ) -> None:
        """Ask a free worker for a quantity on these examples; the vector goes into `row`, by default its own.

        w_row: which w it shall read. "update": it computes the gradient g and then itself does w −= lr·(g + v·w), with
        g the mean and v λ/N for each entry of w.
        """
        memory = self._opened()
        if len(examples) and not 0 <= min(examples) <= max(examples) < self._size:
            raise ValueError(
                f"split gave examples {min(examples)} to {max(examples)} of {self._size}: "
                "give only indices from its first argument."
            )
        memory.examples[seat, : len(examples)] = examples
        memory.sums[seat, 2] = lr
        line = memory.board[seat]
        line[STOP], line[SEED : FIRST + 1] = len(examples), draw
        line[W_ROW], line[OUT_ROW] = w_row, seat if row is None else row
        self._orders[seat] = about
        self._give(seat, order)

    def order(self, seat: int) -> Order | None:
        """What this worker was asked for last; None if nothing, or if the answer was taken."""
        return self._orders[seat]

    def take(self, seat: int) -> None:
        """The answer of a free worker has been dealt with."""
        self._orders[seat] = None

    def free(self) -> list[int]:
        """The workers that have answered whatever they were asked, in the order of their seats."""
        lines = self._opened().board
        seats: list[int] = np.flatnonzero(lines[:, ANSWERED] == lines[:, ASKED]).tolist()
        fence()
        return seats

    def wait(self) -> None:
        """Until there may be news on the board; raises what keeps the workers from answering."""
        if self._error is None:
            self._signals.done.acquire()
        self._raise_trouble(self._deaths)

    def finish(self) -> None:
        """See Engine.finish. Delays under way are cut short, so that the pool stays warm."""
        try:
            if self._memory is not None and self._pool is not None and self._error is None and self._behind():
                self._memory.board[:, HURRY] = 1
                for go in self._signals.go:
                    go.release()
                end = time.monotonic() + _PATIENCE
                while self._error is None and self._behind() and (left := end - time.monotonic()) > 0:
                    self._signals.done.acquire(timeout=left)
        except BaseException:
            self.close()
            raise
        super().finish()

    def _write(self, seat: int, order: str, *values: int) -> None:
        self._opened().board[seat, ORDER] = _ORDERS.index(order)

    def _give(self, seat: int, order: str) -> None:
        self._write(seat, order)
        self._wake([seat])
        self._deaths = len(self.pool.deaths)  # somebody had answered: those who died by then were replaced in time


def _serve(
    seat: int,
    name: str,
    layout: Layout,
    network: AnyNetwork,
    spins: int,
    core: int | None,
    stragglers: Stragglers | None,
) -> None:
    """A worker's long task, see `pool._serve`."""
    signals = plain._signals
    assert signals is not None
    if hasattr(psutil.Process, "cpu_affinity"):
        psutil.Process().cpu_affinity([core] if core is not None else [])  # []: all
    go, done = signals.go[seat], signals.done
    memory = SharedArrays(layout, name, plain.APART)
    line = memory.board[seat]
    done.release()  # after a death: the master looks whether the dead one had answered
    try:
        while True:
            while line[ANSWERED] == line[ASKED]:
                plain._wait(go, spins)
            fence()
            order = _ORDERS[line[ORDER]]
            if order == "end":
                return  # unanswered, see `pool._serve`
            _follow(order, seat, line, memory, network, go, stragglers)
            fence()
            line[ANSWERED] = line[ASKED]
            done.release()
    finally:
        del line
        memory.close()


def _follow(
    order: str,
    seat: int,
    line: NDArray[np.int64],
    memory: SharedArrays,
    network: AnyNetwork,
    go: Semaphore,
    stragglers: Stragglers | None,
) -> None:
    clock = memory.clock[seat]
    clock[0] = time.perf_counter()
    examples = memory.examples[seat, : line[STOP]]
    X, Y = memory.X[examples], memory.Y[examples]
    draw = (int(line[SEED]), int(line[STEP]), int(line[FIRST]))
    w, out = memory.w[line[W_ROW]], memory.vectors[line[OUT_ROW]]
    quantity: Any = "gradient" if order == "update" else order
    line[SEEN] = memory.board[:, UPDATES].sum()
    loss, right = compute(quantity, network, w, X, Y, out, draw, memory.v)
    if stragglers is not None and order in ("gradient", "update"):  # w has been read: who is late, is stale
        _come_late(stragglers.delay(seat, int(line[STEP])), line, go)
    clock[1] = time.perf_counter()
    memory.sums[seat, :2] = loss, right
    if order == "update" and math.isfinite(loss):
        out /= len(examples)
        out += memory.v * w
        out *= memory.sums[seat, 2].astype(w.dtype)
        memory.sums[seat, 3] = memory.board[:, UPDATES].sum() - line[SEEN]  # how many others were faster
        w -= out  # no lock: another worker may be writing the same entries
        line[UPDATES] += 1
    clock[2] = time.perf_counter()


def _come_late(seconds: float, line: NDArray[np.int64], go: Semaphore) -> None:
    """Sleep so long, or until the master says that the run is over."""
    end = time.monotonic() + seconds
    while not line[HURRY] and (left := end - time.monotonic()) > 0:
        go.acquire(timeout=left)
