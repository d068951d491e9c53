"""Asynchronous SGD, for contrast: there is no barrier, every gradient is used when it arrives.

A worker takes the newest w, computes the gradient of a mini-batch, and hands it in; the master updates w with it at
once and lets the worker go on. Meanwhile others have changed w, so the gradient belongs to an older one. Its
*staleness* is how many updates came in between; it is measured for each update. Nobody waits for a slow worker, and
that is paid for with gradients that are out of date.

With `lock_free` the workers update the one w in shared memory themselves, all at once and without a lock ("Hogwild!"):
a worker may then read a w of which another has written only a part. For the same reason a worker that is killed in the
middle of such an update leaves it half done, and its successor then does the whole of it: with `lock_free` a death can
change w, where everything else in the kit keeps its bits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from .data import Dataset
from .engines.arrivals import ArrivalEngine, Order
from .engines.engine import Indices
from .engines.one_run import one_run_at_a_time
from .history import History, Step
from .interrupt import StopButton
from .models import Network
from .optimizers import SGD, Optimizer
from .own_gradient import Gradient
from .run import EpochRecord, Run
from .stragglers import Stragglers
from .sync import SyncSGD, average, mini_batches
from .timeline import Kind, Timeline
from .types import Vector


class AsyncTimeline(Timeline):
    """A row is an update: only the worker whose gradient it was has a part in it, and the rows overlap."""

    def intervals(self, worker: int) -> Iterator[tuple[Kind, float, float]]:
        """See Timeline.intervals. A worker waits from when it has handed in its gradient until w is updated."""
        for row in np.flatnonzero(~np.isnan(self.begin[:, worker])):
            begin, end, sent = (float(clock[row, worker]) for clock in (self.begin, self.end, self.sent))
            yield "communicating", float(self.shared[row]), begin
            yield "computing", begin, end
            yield "communicating", end, sent
            yield "waiting", sent, max(sent, float(self.updated[row]))


@dataclass(eq=False)
class AsyncRun(Run):
    """A Run whose steps are updates.

    staleness: (S,) ints, how many updates lie between the w that a gradient was computed from and the w that it
        changed. worker: (S,) ints, whose gradient it was.
    loss: (S,) the objective on the update's mini-batch, at the w that the worker computed with; of lock-free updates,
        where that w is nowhere kept, with the penalty at the w after the update.
    """

    staleness: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    worker: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


class AsyncSGD(SyncSGD):
    """Trains a network with asynchronous SGD; used like SyncSGD, whose settings, checks and evaluation it takes over.

        with AsyncSGD(ann(hidden=50), SGD(lr=0.02), workers=4, batch_size=64) as trainer:
            run = trainer.fit(digits().train, epochs=10)
        run.staleness.mean()

    batch_size: examples of one update, all computed by one worker: compare it with a SyncSGD whose batch_size is
    `workers` times as large, which looks at as many examples while every worker computes one gradient.
    lock_free: the workers update w themselves; with SGD only. stragglers: delays to inject. The other arguments are
    SyncSGD's. With one worker the bits are those of SyncSGD; with more, who comes first decides, and no two runs are
    the same. Raises ValueError for settings that make no sense.
    """

    def __init__(
        self,
        model: Network,
        optimizer: Optimizer | None = None,
        *,
        workers: int = 2,
        batch_size: int = 64,
        lam: float = 0.0,
        seed: int = 0,
        lock_free: bool = False,
        start_method: str | None = None,
        stragglers: Stragglers | None = None,
        gradient: Gradient | None = None,
    ) -> None:
        engine = ArrivalEngine(workers, start_method, stragglers=stragglers, w_rows=_whole_workers(workers) + 1)
        super().__init__(model, optimizer, batch_size=batch_size, lam=lam, seed=seed, engine=engine, gradient=gradient)
        self._own_engine, self._arrivals, self.lock_free = True, engine, lock_free
        if self.optimizer.needs_curvature:
            raise ValueError(
                f"{type(self.optimizer).__name__} needs the curvature of a mini-batch that all workers share: "
                "with asynchronous SGD take an optimizer that needs gradients only."
            )
        if lock_free and type(self.optimizer) is not SGD:
            raise ValueError(
                f"lock-free updates are w −= lr·g, and {type(self.optimizer).__name__} keeps more from step to step: "
                "give SGD, or leave lock_free out."
            )
        algorithm = "asynchronous, lock-free" if lock_free else "asynchronous"
        self.settings |= {"engine": "pool", "start_method": start_method, "algorithm": algorithm}
        if stragglers is not None:
            self.settings["stragglers"] = str(stragglers)

    @one_run_at_a_time
    def fit(  # type: ignore[override]
        self,
        train: Dataset,
        epochs: int = 1,
        *,
        test: Dataset | None = None,
        w0: Vector | None = None,
        progress: bool = True,
        evaluate: bool = True,
        callback: Callable[[Step], bool | None] | None = None,
    ) -> AsyncRun:
        """See SyncSGD.fit. An epoch ends with the update that makes N examples of it; nobody waits there, either.

        The w at the ends of epochs are kept (epochs · size numbers) and evaluated when training has ended. There are
        no checkpoints: a run could not be continued to the bit.
        """
        _check_epochs(epochs)
        w = self._first_w(train, test, w0)
        self._decay = self._weight_decay(len(train), w)
        self.optimizer.reset()
        settings = self.settings | {"data": train.name, "epochs": epochs, "dtype": w.dtype.name}
        history, kept = History(self.model, w, settings, self.workers), _Kept()
        steps = -(-len(train) // self.batch_size)
        batches = self._batches(len(train), epochs)
        with threadpool_limits(1), np.errstate(all="ignore"), StopButton() as stop:
            try:
                self.engine.open(self.model, train)
                memory = self._arrivals._opened()
                memory.w[:], memory.v[:] = w, self._decay
                history.begin(steps * epochs, progress)
                with history.efforts(self.engine.cpu_seconds):
                    while history.steps < steps * epochs and not stop.pressed and history.diverged is None:
                        for seat in self._in_order_of_arrival():
                            if self._arrivals.order(seat) is not None:
                                w = self._take(seat, w, history, kept)
                                if callback is not None and callback(history.last_step(len(kept.epochs), w)) in (True,):
                                    stop.pressed = True
                                if history.steps % steps == 0:
                                    kept.epochs.append((history.seconds[-1], w.copy() if evaluate else None))
                            if stop.pressed or history.diverged is not None:
                                break
                            self._send_off(seat, next(batches, None), w, history, kept)
                        else:
                            if history.steps < steps * epochs:
                                self._arrivals.wait()
                stop.rest()  # what is left takes its time, and a second Ctrl-C ends it
                self._record(history, kept, train, test)
            except KeyboardInterrupt:  # pressed again, or a gradient that takes for ever
                stop.pressed = True
            finally:
                stop.rest()
                self.engine.finish()
                history.end()
        run = history.run(w, interrupted=stop.pressed)
        run.timeline = AsyncTimeline(**vars(run.timeline))
        return AsyncRun(
            **{f.name: getattr(run, f.name) for f in fields(Run)},
            staleness=np.array(kept.staleness, np.int64),
            worker=np.array(kept.workers, np.int64),
        )

    def _batches(self, examples: int, epochs: int) -> Iterator[Indices]:
        """All mini-batches of the run, those of SyncSGD: one epoch after the other."""
        rng = np.random.default_rng(self.seed)
        for _ in range(epochs):
            yield from mini_batches(rng.permutation(examples), self.batch_size)

    def _in_order_of_arrival(self) -> list[int]:
        sent = self._arrivals._opened().clock[:, 2]
        return sorted(self._arrivals.free(), key=lambda seat: float(sent[seat]))

    def _send_off(self, seat: int, batch: Indices | None, w: Vector, history: History, kept: _Kept) -> None:
        """Give a free worker the next mini-batch, with the newest w."""
        if batch is None:
            return
        number = kept.handed_out
        kept.handed_out += 1
        kept.asked[seat] = time.perf_counter()
        kept.read[seat] = history.steps
        order, draw = Order(number, 0, len(batch)), (self.seed, number, 0)
        if self.lock_free:
            lr = self.optimizer.lr
            rate = lr(number) if callable(lr) else lr
            self._arrivals.ask(seat, "update", batch, order, draw, lr=rate)
        else:
            self._arrivals._opened().w[seat] = w
            self._arrivals.ask(seat, "gradient", batch, order, draw, w_row=seat)

    def _take(self, seat: int, w: Vector, history: History, kept: _Kept) -> Vector:
        """Use what a worker has handed in: returns the new w."""
        memory, order = self._arrivals._opened(), self._arrivals.order(seat)
        assert order is not None
        self._arrivals.take(seat)
        arrived = time.perf_counter()
        loss = float(memory.sums[seat, 0]) / order.examples
        if self.lock_free:
            w = memory.w[0].copy()
            loss += self.penalty(w)
            staleness = int(memory.sums[seat, 3])
        else:
            loss += self.penalty(memory.w[seat])
            staleness = history.steps - kept.read[seat]
            if math.isfinite(loss):
                g = average([(memory.vectors[seat], order.examples)])
                if self.lam:
                    g += self._decay * w
                w = self.optimizer.step(w, g)
        spans = np.full((self.workers, 3), np.nan)
        spans[seat] = memory.clock[seat, :3]
        kept.staleness.append(staleness)
        kept.workers.append(seat)
        history.step(w, loss, kept.asked[seat], spans, arrived, time.perf_counter())
        return w

    def _record(self, history: History, kept: _Kept, train: Dataset, test: Dataset | None) -> None:
        """Evaluate the w at the ends of the epochs."""
        for number, (seconds, w) in enumerate(kept.epochs):
            if w is None:
                history.epochs.append(EpochRecord(number, None, None, None, None, seconds))
            else:
                measured = self._evaluate(w, train, test, np.arange(len(train)))
                history.epochs.append(EpochRecord(number, *measured, seconds))


@dataclass
class _Kept:
    """What AsyncSGD remembers while it trains: whom it gave what, and what came back."""

    handed_out: int = 0
    asked: dict[int, float] = field(default_factory=dict)  # worker -> when it got its mini-batch
    read: dict[int, int] = field(default_factory=dict)  # worker -> after how many updates it got its w
    staleness: list[int] = field(default_factory=list)
    workers: list[int] = field(default_factory=list)
    epochs: list[tuple[float, Any]] = field(default_factory=list)  # seconds and w at the ends of epochs


def _whole_workers(workers: Any) -> int:
    if isinstance(workers, bool) or not isinstance(workers, int | np.integer) or workers < 1:
        raise ValueError(f"workers is {workers!r}: give a whole number of at least 1.")
    return int(workers)


def _check_epochs(epochs: Any) -> None:
    if isinstance(epochs, bool) or not isinstance(epochs, int | np.integer) or epochs < 0:
        raise ValueError(f"epochs is {epochs!r}: give a whole number of at least 0.")
