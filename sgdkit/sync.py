"""Synchronous SGD: the loop of the lecture.

Synchronous SGD is large-batch SGD whose gradient several workers compute together. One step:

    1. the master shares w;
    2. every worker computes the gradient on its own shard of the mini-batch;
    3. barrier: the master waits for all of them;
    4. it averages, weighting by the number of examples;
    5. one optimizer update.

`SyncSGD.step` below is these five lines. Who computes (this process, a pool of processes) is the engine's business;
what is kept of a run is `history.py`'s.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from os import PathLike
from types import TracebackType
from typing import Any

import numpy as np

from . import engines
from .checkpoint import Checkpoint
from .curvature import MiniBatchCurvature
from .data import Dataset
from .engines import Engine
from .engines.engine import Indices
from .engines.one_run import one_run_at_a_time
from .history import History, Step
from .interrupt import StopButton
from .models import Network
from .models.one_thread import one_blas_thread
from .optimizers import SGD, Optimizer
from .own_gradient import Gradient, OwnGradient
from .run import Run
from .stragglers import Stragglers
from .types import Array, Vector

Split = Callable[[Indices, int], Sequence[Indices]]
Average = Callable[[list[tuple[Vector, int]]], Vector]


def split(indices: Indices, workers: int) -> list[Indices]:
    """Cut a mini-batch into one shard for each worker, as even as can be; the first ones get what is left over.

    indices: (n,) ints; workers: 1 or more. Returns `workers` arrays of consecutive indices, empty ones last where
    n < workers. It does what numpy.array_split does, which is slow for something done at every step.
    """
    indices = np.asarray(indices)
    size, left = divmod(len(indices), workers)
    cuts = [k * size + min(k, left) for k in range(workers + 1)]
    return [indices[start:stop] for start, stop in pairwise(cuts)]


def average(results: list[tuple[Vector, int]]) -> Vector:
    """The gradient per example: what the workers' sums add up to, divided by the number of all examples.

    results: for every shard (SUM of its gradients (size,), number of its examples), in the order of the shards, which
    is also the order of adding: the same shards give the same bits whoever was first.
    """
    total = results[0][0].copy()
    for gradient, _ in results[1:]:
        total += gradient
    total /= sum(examples for _, examples in results)
    return total


def mini_batches(order: Indices, batch_size: int) -> Iterator[Indices]:
    """One epoch's mini-batches: consecutive pieces of the order, the ragged last one included."""
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


class SyncSGD:
    """Trains a network with synchronous SGD.

        with SyncSGD(ann(hidden=50), optimizer=SGD(lr=0.02), workers=4, batch_size=256, seed=0) as trainer:
            run = trainer.fit(digits().train, epochs=10)

    It minimises J(w)/N, J(w) = Σ ℓ(w; x_i, y_i) + λ/2 ‖w‖², with the estimate of a mini-batch B
    g = (1/|B|) Σ_{i∈B} ∇ℓ_i + (λ/N) w. The result depends on the number of workers by rounding only.

    model: a network of sgdkit.models. optimizer: see sgdkit.optimizers. workers: how many compute at once.
    batch_size: examples in a mini-batch of all workers together. lam: λ. seed: of the first w, of the examples'
    order (one permutation an epoch) and of dropout. engine: "pool", "serial" or an Engine, which brings its own
    number of workers and stays open. start_method: of the pool's processes. backup: so many workers more compute, and
    the first `workers` gradients of a step are used, see engines/backup.py. stragglers: delays to inject.
    split, average, gradient: put your own in their place; gradient(w, X, Y) returns the SUM over the rows of X.
    Raises ValueError for settings that make no sense.
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
        engine: str | Engine = "pool",
        start_method: str | None = None,
        backup: int = 0,
        stragglers: Stragglers | None = None,
        split: Split = split,
        average: Average = average,
        gradient: Gradient | None = None,
    ) -> None:
        workers, batch_size = _whole("workers", workers, 1), _whole("batch_size", batch_size, 1)
        seed, backup = _whole("seed", seed, 0), _whole("backup", backup, 0)
        if not (isinstance(lam, int | float) and math.isfinite(lam) and lam >= 0):
            raise ValueError(f"lam is {lam!r}: give 0 or a positive number.")
        self.model = model if gradient is None else OwnGradient(model, gradient)
        self.optimizer = SGD(lr=0.02) if optimizer is None else optimizer
        if self.optimizer.needs_curvature and model.random:
            raise ValueError(
                f"{self.optimizer!r} asks for the loss again and again, and dropout in {model.name} would change it "
                "each time: choose a network without dropout or another optimizer."
            )
        if backup and self.optimizer.needs_gradients_again:
            raise ValueError(
                f"{self.optimizer!r} asks for the gradient again and again in one step, and with backup={backup} each "
                "would come from other examples: leave backup out."
            )
        self.batch_size, self.lam, self.seed = batch_size, lam, seed
        self.split, self.average = split, average
        self._own_engine = isinstance(engine, str)
        self.engine = engines.make(engine, workers, start_method, backup, stragglers)
        self.workers = self.engine.workers
        self.settings: dict[str, Any] = {
            "model": model.name,
            "workers": self.workers - backup,
            "batch_size": batch_size,
            "lr": self.optimizer.lr if isinstance(self.optimizer.lr, int | float) else repr(self.optimizer.lr),
            "lam": lam,
            "optimizer": repr(self.optimizer),
            "seed": seed,
            "engine": engine if isinstance(engine, str) else type(engine).__name__,
            "start_method": start_method,
        }
        if self.optimizer.needs_curvature:
            self.settings["needs_curvature"] = True
        if backup or stragglers is not None:
            self.settings |= {"backup": backup, "stragglers": stragglers and str(stragglers)}

    def step(self, w: Vector, batch: Indices, history: History) -> Vector:
        """One step of synchronous SGD on the examples `batch` of the training data: returns the new w."""
        begin = time.perf_counter()
        shards = self.split(batch, self.workers)
        results = self.engine.map("gradient", w, shards, self._draw(history))  # 1. share w  2. shards  3. barrier
        passed = time.perf_counter()
        loss = sum(r.loss for r in results) / sum(r.examples for r in results) + self.penalty(w)
        spans = self.engine.spans.copy()
        if math.isfinite(loss):
            g = self._checked(self.average([(r.gradient, r.examples) for r in results]), w)  # 4. average
            if self.lam:
                g += self._decay * w  # λ/N·w, once, whatever the number of workers
            w = self._update(w, g, shards, history)  # 5. one optimizer update
        history.step(w, loss, begin, spans, passed, time.perf_counter())
        return w

    @one_run_at_a_time
    def fit(
        self,
        train: Dataset,
        epochs: int = 1,
        *,
        test: Dataset | None = None,
        w0: Vector | None = None,
        progress: bool = True,
        evaluate: bool = True,
        callback: Callable[[Step], bool | None] | None = None,
        checkpoint: str | PathLike[str] | None = None,
    ) -> Run:
        """Train for so many epochs from w0, by default the model's own first w for this seed.

        test: data to measure on after each epoch. progress: show a bar. evaluate: measure the loss and accuracy on
        all the data after each epoch; it does not count as training time. callback: called after every step; the
        run ends where it returns True. checkpoint: a file (.npz) that is written after each epoch; where it exists,
        the run goes on from it and ends with the bits of one that was never interrupted.

        Ctrl-C or the notebook's stop button ends the run after the step under way: what was reached is returned,
        with `interrupted` set. Raises ValueError for data that do not fit the model, and RuntimeError while a run on
        the same engine is under way, as it is in a callback.
        """
        epochs = _whole("epochs", epochs, 0)
        with one_blas_thread():
            w = self._first_w(train, test, w0)
        self._decay = self._weight_decay(len(train), w)
        self.optimizer.reset()
        rng = np.random.default_rng(self.seed)
        settings = self.settings | {"data": train.name, "epochs": epochs, "dtype": w.dtype.name}
        history = History(self.model, w, settings, self.workers)
        saved = self._checkpoint(checkpoint, len(train)) if checkpoint is not None else None
        if saved is not None:
            self.optimizer.state()  # one that cannot be saved says so now, and not after an epoch, which would be lost
        if saved is not None and saved.exists():
            if w0 is not None:
                raise ValueError("w0 is given, and so is a checkpoint to go on from: leave out one of the two.")
            w = saved.load(history, self.optimizer, rng)

        steps = -(-len(train) // self.batch_size)
        with one_blas_thread(), np.errstate(all="ignore"), StopButton() as stop:
            try:
                self.engine.open(self.model, train)
                w = self.engine.place(w)  # where the workers see each update
                history.begin(steps * epochs, progress and getattr(self.engine, "leads", True))
                for epoch in range(len(history.epochs), epochs):
                    order = rng.permutation(len(train))
                    self.engine.epoch(order)
                    with history.efforts(self.engine.cpu_seconds):
                        for batch in mini_batches(order, self.batch_size):
                            w = self.step(w, batch, history)
                            if callback is not None and callback(history.last_step(epoch, w)) in (True,):
                                stop.pressed = True
                            if stop.pressed or history.diverged is not None:
                                break
                    if stop.pressed or history.diverged is not None:
                        break
                    with history.pause():
                        history.epoch(*self._evaluate(w, train, test, order) if evaluate else (None,) * 4)
                        if saved is not None:
                            saved.save(history, w, self.optimizer, rng)
            except KeyboardInterrupt:  # pressed again, or a step that takes for ever
                stop.pressed = True
            finally:
                stop.rest()
                self.engine.finish()
                history.end()
        return history.run(w, interrupted=stop.pressed)

    def penalty(self, w: Vector) -> float:
        """λ/(2N) ‖w‖²: what the regularisation adds to the objective per example."""
        return float(np.add.reduce(w * self._decay * w)) / 2 if self.lam else 0.0  # not by BLAS, see check_finite

    def close(self) -> None:
        """End the worker processes that this trainer started."""
        if self._own_engine:
            self.engine.close()

    def __enter__(self) -> SyncSGD:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _weight_decay(self, examples: int, w: Vector) -> Array:
        """λ/N: one number, or one for each entry of w where not all are penalised."""
        decay = np.asarray(self.lam / examples, w.dtype)
        return decay if self.model.penalised is None else decay * self.model.penalised.astype(w.dtype)

    def _checkpoint(self, path: str | PathLike[str], examples: int) -> Checkpoint:
        """An engine whose loop runs in several processes brings a kind of its own: one of them writes."""
        make: Callable[..., Checkpoint] = getattr(self.engine, "checkpoint", Checkpoint)
        return make(path, examples)

    def _draw(self, history: History) -> tuple[int, int]:
        return self.seed, history.steps

    def _update(self, w: Vector, g: Vector, shards: Sequence[Indices], history: History) -> Vector:
        if not self.optimizer.needs_curvature:
            return self.optimizer.step(w, g)
        curvature = MiniBatchCurvature(self, w.copy(), shards, self._draw(history))
        return self.optimizer.step(w, g, curvature)  # type: ignore[call-arg]

    def _checked(self, g: Array, w: Vector) -> Vector:
        g = np.asarray(g)
        if g.shape != w.shape:
            raise ValueError(
                f"average returned an array of shape {g.shape}: the gradient must have the shape of w, {w.shape}."
            )
        if self.average is average:
            return g
        return g.astype(w.dtype)  # a copy: what somebody's own average returns may be a worker's row

    def _check_fits(self, data: Dataset) -> None:
        wanted = (*self.model.input_shape, self.model.output_size)
        given = (data.X.shape[1], data.Y.shape[1])
        if given != wanted:
            raise ValueError(
                f"the data set {data.name} has {given[0]} features and {given[1]} targets an example, but the model "
                f"{self.model.name} takes {wanted[0]} and gives {wanted[1]}: choose data that belong to it."
            )

    def _first_w(self, train: Dataset, test: Dataset | None, w0: Vector | None) -> Vector:
        """Where training begins. ValueError where it, or one of the data sets, does not fit the model."""
        self._check_fits(train)
        w = self.model.init(self.seed, train.X.dtype) if w0 is None else np.array(w0, dtype=train.X.dtype)
        if w.shape != (self.model.size,):
            raise ValueError(f"w0 has shape {w.shape}: {self.model.name} needs ({self.model.size},).")
        self.model.check(w, train.X, train.Y)
        if test is not None:
            self._check_fits(test)
            self.model.check(w, test.X, test.Y)
        return w

    def _evaluate(
        self, w: Vector, train: Dataset, test: Dataset | None, order: Indices
    ) -> tuple[float, float | None, float | None, float | None]:
        """Loss and accuracy on the training data, computed by the workers, and on the test data."""
        results = self.engine.map("evaluation", w, np.array_split(order, self.workers))
        loss = sum(r.loss for r in results) / len(train) + self.penalty(w)
        accuracy = sum(r.right for r in results) / len(train) if self.model.classifier else None
        if test is None:
            return loss, accuracy, None, None
        test_loss, test_right = self.model.evaluate(w, test.X, test.Y)
        test_accuracy = test_right / len(test) if self.model.classifier else None
        return loss, accuracy, test_loss / len(test) + self.penalty(w), test_accuracy


def _whole(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value < 2**63:
        raise ValueError(f"{name} is {value!r}: give a whole number of at least {least}.")
    return int(value)
