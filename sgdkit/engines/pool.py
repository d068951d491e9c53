"""The engine with processes: data, w and gradients lie in shared memory, and only a nudge is sent.

The course's exercise calls `Pool.map` at every step, which pickles w and gradients and costs a millisecond. Here
every worker runs one long task instead: wait for "go", compute the shard's gradient into shared memory, note that on
the board; and whoever is last says "done". See `benchmarks/` for what each rung of that ladder brings.

The truth is in the board, a row for each worker with two counters, `asked` and `answered`. A semaphore only says "look
at the board", and one signal too many costs no more than a look. So a worker that is killed at any moment does no harm:
the pool starts another one with the same long task, and that one sees on the board whether an answer is owed.

Whoever looks may see a counter before he has got the signal for it (a new worker does, and a master whom a dead one's
signal has reached). So a semaphore alone does not make sure that he also sees what the counter stands for: whoever
raises a counter does `fence()` before, and whoever has seen it raised does `fence()` before he goes on, see memory.py.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.pool import AsyncResult
from multiprocessing.synchronize import Semaphore
from typing import Any, NamedTuple

import numpy as np
import psutil
from numpy.typing import NDArray

from ..data import Dataset
from ..pool import Pool, WorkerDied, available_cores, context_of
from ..types import Vector
from .cpu_time import cpu_time
from .engine import AnyNetwork, Indices, Places, Quantity, ShardResult, check_shards, compute
from .memory import Layout, SharedArrays, fence

# The columns of the board. One row fills two cache lines, so that two workers never write into the same one.
ASKED, ANSWERED, ORDER, START, STOP, SCATTERED, OTHER_W, SEED, STEP, FIRST = range(10)
_COLUMNS = 16
_ORDERS: tuple[str, ...] = ("gradient", "hessian_vector", "loss", "evaluation", "gather", "end")
APART = ("w",)  # whoever keeps it, a callback or a traceback, must not keep the data with it
_MOST_DEATHS = 10  # in one step; more, and it is the computation that kills them


class Signals(NamedTuple):
    """`go[k]` tells worker k to look at its row of the board, `done` tells the master to look at all of them."""

    go: list[Semaphore]
    done: Semaphore


class PoolEngine:
    """Computes the shards on a `sgdkit.Pool`, which stays warm from one run to the next.

    workers: how many processes. start_method: see Pool. pin: keep each worker on a core of its own; by default
    where there is one core for each worker, and they are idle, and never on macOS, which has no such thing.
    spins: how often a worker looks whether to go before it sleeps; by default 2,000 times (a millisecond where nobody
    else wants the core), and never with more workers than cores.
    """

    def __init__(
        self,
        workers: int = 2,
        start_method: str | None = None,
        *,
        pin: bool | None = None,
        spins: int | None = None,
    ) -> None:
        self.workers = workers
        cores = available_cores()
        self._pin = pin
        self._spins = (2000 if workers <= cores else 0) if spins is None else spins
        self._start_method = start_method
        self._pool: Pool | None = None
        self._starting = threading.Lock()
        self._memory: SharedArrays | None = None
        self._tasks: list[AsyncResult[None]] = []
        self._cpu = np.zeros(workers)
        self._clocks = [(0, 0.0)] * workers  # whose CPU time was read last, and what it was
        self._error: BaseException | None = None

    @property
    def pool(self) -> Pool:
        """The pool of processes, started when it is needed first, and once whichever threads ask for it."""
        with self._starting:
            if self._pool is None:
                context = context_of(self._start_method)
                go = [context.Semaphore(0) for _ in range(self.workers)]
                self._signals = Signals(go, context.Semaphore(0))
                self._pool = Pool(
                    self.workers, _receive_signals, (self._signals,), context=context, retries=float("inf")
                )
            return self._pool

    @property
    def pids(self) -> list[int]:
        """The process numbers of the workers; none before they are started."""
        pool = self._pool
        return [] if pool is None else pool.pids

    def open(self, network: AnyNetwork, data: Dataset) -> None:
        """See Engine.open. Shared memory holds the data twice: as given, and in the epoch's order."""
        n, dtype = len(data), data.X.dtype.str
        layout: Layout = {
            "X": (data.X.shape, dtype),
            "Y": (data.Y.shape, dtype),
            "X_epoch": (data.X.shape, dtype),
            "Y_epoch": (data.Y.shape, dtype),
            "order": ((n,), "<i8"),
            "scattered": ((self.workers, n), "<i8"),
            "w": ((network.size,), dtype),  # the one that the loop updates in place
            "other_w": ((network.size,), dtype),
            "v": ((network.size,), dtype),
            "gradients": ((self.workers, network.size), dtype),
            "board": ((self.workers, _COLUMNS), "<i8"),
            "sums": ((self.workers, 8), "<f8"),
            "clock": ((self.workers, 8), "<f8"),
        }
        self._begin(_serve, layout, network, data)

    def place(self, w: Vector) -> Vector:
        """See Engine.place. In shared memory: between two steps nobody reads it there."""
        memory = self._opened()
        memory.w[:] = w
        return memory.w

    def epoch(self, order: Indices) -> None:
        """See Engine.epoch. The workers gather the examples once, each a part, so that a shard is a slice."""
        memory = self._opened()
        memory.order[:] = order
        self._places = Places(order)
        cuts = np.linspace(0, len(order), self.workers + 1).astype(int)
        for seat in range(self.workers):
            self._write(seat, "gather", cuts[seat], cuts[seat + 1])
        self._ask(range(self.workers))

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """See Engine.map."""
        memory = self._opened()
        other = int(w is not memory.w)
        if other:
            memory.other_w[:] = w
        if v is not None:
            memory.v[:] = v
        shards = check_shards(shards, self.workers)
        if len(shards) < self.workers:
            memory.clock[len(shards) :] = np.nan
        first = 0  # the shard's first example is the mini-batch's number `first`
        asked = []
        for seat, shard in enumerate(shards):
            examples = len(shard)
            if examples:
                rows = self._places.find(shard)
                if rows is None:
                    memory.scattered[seat, :examples] = shard
                    self._write(seat, quantity, 0, examples, 1, other, *draw, first)
                else:
                    self._write(seat, quantity, rows.start, rows.stop, 0, other, *draw, first)
                asked.append(seat)
            else:
                memory.gradients[seat], memory.sums[seat], memory.clock[seat] = 0, 0, np.nan
            first += examples
        self._ask(asked)
        return [
            ShardResult(gradient, len(shard), sums[0], int(sums[1]))
            for shard, gradient, sums in zip(shards, memory.gradients, memory.rows("sums"), strict=False)
        ]

    @property
    def spans(self) -> NDArray[np.float64]:
        """See Engine.spans."""
        return self._opened().clock[:, :3]

    def cpu_seconds(self) -> NDArray[np.float64]:
        """See Engine.cpu_seconds. A worker that died took with it what it had used since the last call."""
        for seat, pid in enumerate(self.pids):
            used = cpu_time(pid)
            if used is not None:
                before, so_far = self._clocks[seat]
                self._cpu[seat] += used - (so_far if pid == before else 0.0)
                self._clocks[seat] = pid, used
        return self._cpu.copy()

    def finish(self) -> None:
        """See Engine.finish. The processes stay, for the next run."""
        if self._memory is None:
            return
        ended = False
        try:
            if self._pool is not None and self._error is None and not self._behind():
                for seat in range(self.workers):
                    self._write(seat, "end")
                self._wake(range(self.workers))
                for task in self._tasks:
                    task.wait()
                ended = True
        finally:
            if ended:
                self._let_go()
            else:  # a worker is still computing something that nobody wants: no pool is better than that one
                self.close()

    def close(self) -> None:
        """See Engine.close."""
        with self._starting:
            pool, self._pool = self._pool, None
        try:
            if pool is not None:
                pool.terminate()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._tasks = []  # they hold on to an error, and that to w
        memory, self._memory = self._memory, None
        if memory is not None:
            memory.close()

    def _begin(
        self, serve: Callable[..., None], layout: Layout, network: AnyNetwork, data: Dataset, *more: Any
    ) -> None:
        """Put the data into shared memory and start each worker's long task, `serve`."""
        if self._memory is not None:  # an earlier run that could not be ended in order
            self.close()
        try:
            pool = self.pool
            cores = psutil.Process().cpu_affinity() if self._should_pin() else [None] * self.workers
            self._memory = memory = SharedArrays(layout, apart=APART)
            memory.X[:], memory.Y[:] = data.X, data.Y
            memory.board[:] = 0
            self._error = None
            self._tasks = [
                pool.apply_async(
                    serve,
                    (seat, memory.name, layout, network, self._spins, cores[seat], *more),
                    error_callback=self._fail,
                )
                for seat in range(self.workers)
            ]
        except BaseException:  # Ctrl-C above all: who has his task already would wait for orders for ever
            self.close()
            raise

    def _should_pin(self) -> bool:
        """A worker that keeps its core is faster where the machine is idle, and slower where others want that core.

        On a machine with cores to spare, every program that pins would choose the same ones.
        """
        if not hasattr(psutil.Process, "cpu_affinity"):
            return False
        if self._pin is not None:
            return self._pin
        return self.workers == available_cores() and psutil.getloadavg()[0] < available_cores() / 2

    def _opened(self) -> SharedArrays:
        if self._memory is None:
            raise RuntimeError("this engine has no data: call open(network, data) first.")
        return self._memory

    def _write(self, seat: int, order: str, *values: int) -> None:
        """What the worker is to do next, on its row of the board."""
        row = self._opened().rows("board")[seat]
        for column, value in enumerate(values, START):
            row[column] = value
        row[ORDER] = _ORDERS.index(order)

    def _wake(self, seats: Sequence[int]) -> None:
        """Has these workers do what was written for them."""
        rows = self._opened().rows("board")
        fence()
        for seat in seats:
            rows[seat][ASKED] += 1
            self._signals.go[seat].release()

    def _ask(self, seats: Sequence[int]) -> None:
        """Wakes these workers, and waits until every one of them has answered; who is last says so."""
        while self._signals.done.acquire(False):  # left by a worker that died
            continue
        self._wake(seats)
        pool = self._pool
        assert pool is not None, "the engine was closed by another thread"
        deaths = len(pool.deaths)
        self._signals.done.acquire()
        while self._error is not None or self._behind():
            self._raise_trouble(deaths)
            self._signals.done.acquire()
        fence()

    def _raise_trouble(self, deaths: int) -> None:
        """What keeps a worker from answering; nothing, if it was just replaced."""
        if self._error is not None:
            self.close()
            try:
                raise self._error
            finally:
                self._error = None  # it holds on to w
        died = self.pool.deaths[deaths:]
        if len(died) > _MOST_DEATHS:
            self.close()
            raise WorkerDied(
                f"{len(died)} workers died in one step; the last one (process {died[-1].pid}) {died[-1].reason}: "
                "computing the gradient seems to end the process that does it."
            )

    def _behind(self) -> bool:
        return any(row[ASKED] != row[ANSWERED] for row in self._opened().rows("board"))

    def _fail(self, error: BaseException) -> None:
        """Called by the pool's thread where a worker's long task raised."""
        if self._error is None:  # the first one is the reason for all others
            self._error = error
        self._signals.done.release()


_signals: Signals | None = None  # in a worker
# Whoever else wants the core, the master above all, goes first.
_give_way: Callable[[], None] = getattr(os, "sched_yield", partial(time.sleep, 0))


def _receive_signals(signals: Signals) -> None:
    global _signals
    _signals = signals


def _serve(seat: int, name: str, layout: Layout, network: AnyNetwork, spins: int, core: int | None) -> None:
    """A worker's long task: answer on the board whatever the master asks, until it asks to end."""
    assert _signals is not None
    if hasattr(psutil.Process, "cpu_affinity"):
        psutil.Process().cpu_affinity([core] if core is not None else [])  # []: all
    go, done = _signals.go[seat], _signals.done
    memory = SharedArrays(layout, name, APART)
    board = memory.rows("board")
    mine = board[seat]
    done.release()  # after a death: the master looks whether the dead one had answered
    go.acquire(False)
    try:
        while True:
            while mine[ANSWERED] == mine[ASKED]:
                _wait(go, spins)
            fence()
            order = _ORDERS[mine[ORDER]]
            if order == "end":
                return  # unanswered: if this worker dies before the pool hears of it, the next one must see it again
            _follow(order, seat, mine, memory, network)
            fence()
            mine[ANSWERED] = mine[ASKED]
            fence()  # of two that end at once, each by now sees the other's answer, or the other sees this one
            if all(row[ANSWERED] == row[ASKED] for row in board):  # waking the master once a step is enough
                done.release()
    finally:
        memory.close()


def _wait(go: Semaphore, spins: int) -> None:
    for _ in range(spins):  # catching the signal awake is 10 times faster than being woken
        if go.acquire(False):
            return
        _give_way()
    go.acquire()


def _follow(order: str, seat: int, mine: memoryview[Any], memory: SharedArrays, network: AnyNetwork) -> None:
    rows = slice(mine[START], mine[STOP])
    if order == "gather":
        for given, ordered in ((memory.X, memory.X_epoch), (memory.Y, memory.Y_epoch)):
            np.take(given, memory.order[rows], axis=0, out=ordered[rows], mode="clip")
        return
    clock, sums = memory.rows("clock")[seat], memory.rows("sums")[seat]
    clock[0] = time.perf_counter()
    if mine[SCATTERED]:
        examples = memory.scattered[seat, rows]
        X, Y = memory.X[examples], memory.Y[examples]
    else:
        X, Y = memory.X_epoch[rows], memory.Y_epoch[rows]
    draw = mine[SEED], mine[STEP], mine[FIRST]
    quantity: Any = order
    w = memory.other_w if mine[OTHER_W] else memory.w
    loss, right = compute(quantity, network, w, X, Y, memory.gradients[seat], draw, memory.v)
    clock[1] = time.perf_counter()
    sums[0], sums[1] = loss, right
    clock[2] = time.perf_counter()
