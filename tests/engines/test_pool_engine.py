"""The pool engine under fire: workers killed at random moments change no bit."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time

import numpy as np
import pytest

from sgdkit import SGD, Dataset, SyncSGD, WorkerDied
from sgdkit.data import parabola
from sgdkit.engines import PoolEngine, SerialEngine, arrivals, pool
from sgdkit.engines.arrivals import ArrivalEngine
from sgdkit.engines.memory import SharedArrays
from sgdkit.models import ann
from sgdkit.models import parabola as network
from tests.notebook import gone

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def some_data(n: int = 120) -> Dataset:
    rng = np.random.default_rng(3)
    return Dataset(rng.random((n, 784)), np.eye(10)[rng.integers(0, 10, n)], "random")


def fit(engine, data, epochs, callback=None, **settings):
    with SyncSGD(ann(10), SGD(lr=0.01), batch_size=32, lam=1.0, engine=engine, **settings) as trainer:
        return trainer.fit(data, epochs=epochs, callback=callback, progress=False)


class Killer:
    """Kills a random worker at a random moment of every few steps, whatever that worker is doing."""

    def __init__(self, engine: PoolEngine, kills: int, seed: int) -> None:
        self._engine, self._rng = engine, random.Random(seed)
        self._go = threading.Semaphore(0)
        self._kills, self.killed = kills, 0
        threading.Thread(target=self._run, daemon=True).start()

    def after_step(self, step) -> bool:
        """A callback: ends the run a little after the last kill."""
        self._go.release()
        return self.killed == self._kills and step.step % 40 == 39

    def _run(self) -> None:
        while self.killed < self._kills:
            for _ in range(self._rng.randrange(1, 6)):
                self._go.acquire()
            time.sleep(self._rng.uniform(0.0, 0.002))  # a step takes about as long
            try:
                os.kill(self._rng.choice(self._engine.pool.pids), KILL)
            except ProcessLookupError:  # it died of the last kill
                continue
            self.killed += 1


def survives(kills: int, start_method: str, seed: int) -> None:
    """A run during which so many workers are killed ends with the bits of one in peace."""
    data = some_data()
    engine = PoolEngine(3, start_method)
    assert len(engine.pool.pids) == 3
    killer = Killer(engine, kills, seed)
    run = fit(engine, data, 10**6, callback=killer.after_step)
    deaths = len(engine.pool.deaths)
    engine.close()
    peaceful = fit(SerialEngine(3), data, 10**6, callback=lambda step: step.step == run.steps - 1)
    assert np.array_equal(run.w, peaceful.w) and np.array_equal(run.loss, peaceful.loss)
    assert killer.killed == kills and deaths >= kills / 2  # a worker may be hit twice before it is replaced


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_a_handful_of_random_kills_change_no_bit(start_method):
    survives(6, start_method, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_a_hundred_random_kills_change_no_bit(start_method):
    survives(100, start_method, seed=2)


def test_a_gradient_that_ends_its_process_is_named_and_does_not_hang():
    def fatal(w, X, Y):
        os._exit(3)

    engine = PoolEngine(2)
    with pytest.raises(WorkerDied, match="exited with code 3"):
        fit(engine, some_data(40), 1, gradient=fatal)
    assert fit(engine, some_data(40), 1).steps == 2  # a new pool is made
    engine.close()


def test_the_processes_stay_warm_from_run_to_run_and_end_with_close():
    engine = PoolEngine(2)
    fit(engine, some_data(40), 1)
    pids = engine.pool.pids
    fit(engine, some_data(70), 1)
    assert engine.pool.pids == pids
    engine.close()
    engine.close()
    assert gone(pids)


def test_two_engines_at_once_do_not_disturb_each_other():
    a, b = PoolEngine(2), PoolEngine(2)
    runs: dict[str, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda n, e: runs.update({n: fit(e, some_data(), 3).w}), args=(name, engine))
        for name, engine in (("a", a), ("b", b))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    a.close()
    b.close()
    assert np.array_equal(runs["a"], runs["b"])


def test_threads_that_ask_for_the_pool_at_the_same_moment_get_one_and_the_same():
    engine, started = PoolEngine(2), []
    assert engine.pids == [] and engine._pool is None  # to ask for the numbers starts nothing
    before = {process.pid for process in multiprocessing.active_children()}
    everybody = threading.Barrier(6)

    def ask():
        everybody.wait(60)
        started.append((engine.pool, engine._signals))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    try:
        assert len(started) == 6 and len({(id(pool), id(signals)) for pool, signals in started}) == 1
        assert {process.pid for process in multiprocessing.active_children()} - before == set(engine.pids)
    finally:
        engine.close()


def test_more_workers_than_examples_and_than_cores():
    data = some_data(5)
    engine = PoolEngine(7)
    run = fit(engine, data, 2)
    engine.close()
    assert np.array_equal(run.w, fit(SerialEngine(7), data, 2).w)
    assert np.isnan(run.timeline.begin[:, 5:]).all() and np.isfinite(run.timeline.begin[:, :5]).all()


def test_map_before_open_says_what_to_do():
    engine = PoolEngine(1)
    with pytest.raises(RuntimeError, match=r"call open\(network, data\) first"):
        engine.map("loss", np.zeros(16), [np.arange(3)])
    engine.close()


@pytest.mark.parametrize("make", [PoolEngine, ArrivalEngine])
def test_an_interrupt_while_a_run_is_being_ended_leaves_no_memory_behind(make, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    engine = make(2)
    engine.open(network(), parabola().train)
    names, pids = [segment.name for segment in engine._memory._segments], engine.pids
    monkeypatch.setattr(engine, "_behind", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.finish()
    assert len(names) == 2
    for name in names:
        with pytest.raises(FileNotFoundError):
            SharedArrays({}, name)
    assert gone(pids)
    engine.close()


@pytest.mark.parametrize("make", [PoolEngine, ArrivalEngine])
def test_a_counter_and_what_it_stands_for_are_always_separated_by_a_fence(make, monkeypatch):
    """Some processors let a counter be seen before what was written earlier, which no test on others can show."""
    log = multiprocessing.get_context("fork").SimpleQueue()
    seen: list[SharedArrays] = []  # of this process, the master or the worker

    class Watched(SharedArrays):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            seen.append(self)

    def note() -> None:
        line, sums = seen[-1].board[0], seen[-1].sums[0]
        log.put((os.getpid(), bool(line[pool.ASKED] != line[pool.ANSWERED]), int(line[pool.ORDER]), float(sums[0])))

    for module in (pool, arrivals):
        monkeypatch.setattr(module, "SharedArrays", Watched)
        monkeypatch.setattr(module, "fence", note)
    net, data, engine = network(), parabola().train, make(1, "fork")
    try:
        engine.open(net, data)
        engine.epoch(np.arange(len(data)))
        while not log.empty():
            log.get()
        (result,) = engine.map("loss", net.init(0), [np.arange(9)])
        events = []
        while not log.empty():
            events.append(log.get())
        order, loss = pool._ORDERS.index("loss"), result.loss
        worker = [event[1:] for event in events if event[0] != os.getpid()]
        master = [event[1:] for event in events if event[0] == os.getpid()]
        # The worker: once it has seen that it is asked, and before it says that it has answered; and one of a plain
        # pool once more between that and its look at what the others have answered.
        again = [(False, order, loss)] if make is PoolEngine else []
        assert worker == [(True, order, 0.0), (True, order, loss), *again]
        # The master: before it asks, with the order written; and once it has seen that it is answered.
        assert (False, order, 0.0) in master and master[-1] == (False, order, loss)
        engine.finish()
    finally:
        engine.close()


@pytest.mark.parametrize("make", [SerialEngine, PoolEngine, ArrivalEngine])
def test_the_w_that_is_updated_in_place_and_any_other_are_both_used_as_they_are_then(make):
    net, data, engine = network(), parabola().train, make(2)
    shards = np.array_split(np.arange(len(data)), 2)

    def loss(w):
        return sum(result.loss for result in engine.map("loss", w, shards))

    try:
        engine.open(net, data)
        engine.epoch(np.arange(len(data)))
        first = net.init(0)
        w = engine.place(first.copy())
        assert np.array_equal(w, first)
        assert loss(w) == pytest.approx(net.loss(first, data.X, data.Y))
        assert loss(first + 1) == pytest.approx(net.loss(first + 1, data.X, data.Y))
        assert np.array_equal(w, first)  # the other one has not taken its place
        w -= 0.5
        assert loss(w) == pytest.approx(net.loss(first - 0.5, data.X, data.Y))
        assert loss(w.copy()) == loss(w)
    finally:
        engine.finish()
        engine.close()


@pytest.mark.parametrize("make", [SerialEngine, PoolEngine])
def test_every_quantity_is_the_sum_over_the_shard(make):
    rng = np.random.default_rng(0)
    net, data = network(), Dataset(rng.random((11, 1)), rng.random((11, 1)), "random")
    w, v = net.init(0), rng.standard_normal(net.size)
    engine = make(2)
    engine.open(net, data)
    engine.epoch(rng.permutation(11))
    shards = [np.array([4, 2, 9]), np.array([], dtype=int)]
    try:
        X, Y = data.X[shards[0]], data.Y[shards[0]]
        first, empty = engine.map("gradient", w, shards)
        assert first.examples == 3 and first.loss == pytest.approx(net.loss(w, X, Y))
        assert np.allclose(first.gradient, net.gradient(w, X, Y), rtol=1e-12)
        assert empty.examples == 0 and empty.loss == 0 and not empty.gradient.any()
        assert np.allclose(
            engine.map("hessian_vector", w, shards, v=v)[0].gradient, net.hessian_vector(w, X, Y, v), rtol=1e-12
        )
        assert engine.map("loss", w, shards)[0].loss == pytest.approx(net.loss(w, X, Y))
        assert engine.map("evaluation", w, shards)[0].right == 0.0
    finally:
        engine.finish()
        engine.close()


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_workers_killed_at_the_end_of_a_run_and_between_runs_harm_nothing(start_method):
    data, engine = some_data(40), PoolEngine(2, start_method)
    expected = fit(SerialEngine(2), data, 1).w
    rng = random.Random(5)
    for _ in range(12):
        delay, pid = rng.uniform(0, 0.03), rng.choice(engine.pool.pids)
        threading.Timer(delay, lambda pid=pid: kill(pid)).start()
        assert np.array_equal(fit(engine, data, 1).w, expected)
    engine.close()


def kill(pid: int) -> None:
    try:
        os.kill(pid, KILL)
    except ProcessLookupError:
        return
