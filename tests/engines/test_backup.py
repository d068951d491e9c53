"""Backup workers: the first N gradients are used, the late ones do no harm."""

from __future__ import annotations

import multiprocessing
import os
import signal

import numpy as np
import pytest

from sgdkit import SGD, Dataset, SyncSGD, WorkerDied
from sgdkit.data import parabola
from sgdkit.engines import BackupPoolEngine, PoolEngine, SerialEngine
from sgdkit.models import ann
from sgdkit.models import parabola as network
from sgdkit.optimizers import Newton
from sgdkit.stragglers import Stragglers
from tests.notebook import gone

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class Chosen(Stragglers):
    """Which worker is late in which step, and by how much, as the test says."""

    def __init__(self, late: dict[tuple[int, int], float]) -> None:
        super().__init__("fixed", 1.0)
        object.__setattr__(self, "late", late)

    def delay(self, worker: int, step: int) -> float:
        return self.late.get((worker, step), 0.0)  # type: ignore[attr-defined]


def some_data(n: int = 120) -> Dataset:
    rng = np.random.default_rng(3)
    return Dataset(rng.random((n, 784)), np.eye(10)[rng.integers(0, 10, n)], "random")


def fit(engine, data=None, epochs=2, **more):
    with SyncSGD(ann(10), SGD(lr=0.01), batch_size=32, lam=1.0, engine=engine) as trainer:
        return trainer.fit(data or some_data(), epochs=epochs, progress=False, **more)


@pytest.fixture
def made():
    """Engines that are closed after the test."""
    engines = []

    def make(*args, **how):
        engines.append(BackupPoolEngine(*args, **how))
        return engines[-1]

    yield make
    for engine in engines:
        pids = engine.pool.pids if engine._pool is not None else []
        engine.close()
        assert gone(pids)


@pytest.mark.parametrize("start_method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("workers", [1, 3])
def test_without_backup_and_stragglers_the_bits_are_those_of_plain_sync_sgd(made, workers, start_method):
    ours, plain = fit(made(workers, 0, start_method)), fit(SerialEngine(workers))
    assert np.array_equal(ours.w, plain.w) and np.array_equal(ours.loss, plain.loss)
    assert np.isfinite(ours.timeline.begin).all()
    assert ours.epochs[-1].loss == pytest.approx(plain.epochs[-1].loss, rel=1e-12)


def test_stragglers_alone_change_no_bit(made):
    ours = fit(made(3, 0, stragglers=Stragglers("exponential", 0.005)))
    assert np.array_equal(ours.w, fit(SerialEngine(3)).w)


def test_a_late_worker_is_left_out_of_the_mean_and_of_the_timeline(made):
    """Worker 1 is later than the test lasts in every step: what is used is known, and so are the bits."""
    late = Chosen({(1, step): 600.0 for step in range(8)})
    run = fit(made(2, 1, stragglers=late))
    assert np.isnan(run.timeline.end[:, 1]).all() and not run.timeline.used[:, 1].any()
    assert {kind for kind, *_ in run.timeline.intervals(1)} == {"communicating", "too late"}
    assert np.isfinite(run.timeline.begin[:, [0, 2]]).all()

    def without_the_second(indices, workers):
        shards = np.array_split(indices, 3)
        return [shards[0], shards[2]]

    with SyncSGD(
        ann(10), SGD(lr=0.01), batch_size=32, lam=1.0, engine=SerialEngine(2), split=without_the_second
    ) as trainer:
        expected = trainer.fit(some_data(), epochs=2, progress=False)
    assert np.array_equal(run.w, expected.w) and np.array_equal(run.loss, expected.loss)
    assert run.epochs[0].loss == pytest.approx(expected.epochs[0].loss)  # all examples are evaluated all the same


def test_who_is_late_once_takes_part_again_later(made):
    """Its old gradient arrives in the middle of a later step, and is thrown away there."""
    late = Chosen({(2, 0): 0.2} | {(0, step): 0.03 for step in range(400)})
    run = fit(made(2, 1, stragglers=late), epochs=10)
    used = run.timeline.used
    assert not used[0, 2] and used[:, 2].any()
    assert (used.sum(axis=1) == 2).all()


def test_nothing_stale_is_averaged(made):
    """The gradient is w, so every step halves w: a single stale gradient among the used would leave another w."""

    def gradient(w, X, Y):
        return w * len(X)

    late = Stragglers("exponential", 0.004, seed=5)
    engine, w0 = made(3, 3, stragglers=late), np.ones(network().size)
    with SyncSGD(network(), SGD(lr=0.5), batch_size=10, engine=engine, gradient=gradient) as trainer:
        run = trainer.fit(parabola().train, epochs=30, w0=w0, progress=False, evaluate=False)
    assert run.steps == 150
    assert np.array_equal(run.w, w0 * 0.5**150)


def test_every_used_result_was_computed_from_the_w_of_its_step(made):
    """What each used result was computed from is the w of its step, whoever came late before."""
    engine = made(2, 2, stragglers=Stragglers("exponential", 0.003, seed=1))
    data = parabola().train

    class Told:
        """A network whose gradient is the w that it was given, times the number of examples."""

        size, classifier, random, name = 4, False, False, "told"

        def loss_and_gradient(self, w, X, Y, out=None, draw=None, check=True):
            out[:] = w * len(X)
            return 0.0, out

    engine.open(Told(), data)
    shards = np.array_split(np.arange(len(data)), 4)
    for step in range(200):
        w = np.full(4, float(step))
        results = engine.map("gradient", w, shards, (0, step))
        assert len(results) == 2
        for result in results:
            assert np.array_equal(result.gradient, w * result.examples)
    engine.finish()


@pytest.mark.parametrize("examples", [1, 2, 3, 4, 5, 7])
def test_a_mini_batch_with_fewer_examples_than_workers(made, examples):
    run = fit(made(3, 2), some_data(examples), epochs=3)
    assert run.steps == 3 and np.isfinite(run.loss).all()
    used = run.timeline.used.sum(axis=1)
    assert (used == min(3, examples)).all()


def test_a_killed_worker_costs_nothing_and_comes_back(made):
    engine = made(2, 1)

    def kill(step):
        if step.step in (3, 7):
            os.kill(engine.pool.pids[step.step % 3], KILL)
        return len(engine.pool.deaths) == 2 and step.step % 20 == 19

    run = fit(engine, epochs=10**5, callback=kill)
    assert np.isfinite(run.loss).all() and len(engine.pool.deaths) == 2
    assert fit(engine, epochs=1).steps == 4


def test_a_gradient_that_raises_surfaces_and_the_engine_goes_on(made):
    engine = made(2, 1)

    def gradient(w, X, Y):
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        with SyncSGD(ann(10), engine=engine, gradient=gradient) as trainer:
            trainer.fit(some_data(40), epochs=1, progress=False)
    assert fit(engine, some_data(40), 1).steps == 2


def test_a_gradient_that_ends_its_process_does_not_hang(made):
    def fatal(w, X, Y):
        os._exit(3)

    with pytest.raises(WorkerDied, match="exited with code 3"):
        with SyncSGD(ann(10), engine=made(2, 1), gradient=fatal) as trainer:
            trainer.fit(some_data(40), epochs=1, progress=False)


def test_the_processes_stay_warm_though_one_is_late_at_the_end(made):
    engine = made(1, 1, stragglers=Chosen({(1, step): 600.0 for step in range(100)}))
    fit(engine, epochs=1)
    pids = engine.pool.pids
    fit(engine, epochs=1)
    assert engine.pool.pids == pids and not engine.pool.deaths


def test_newton_has_its_curvature_from_all_shards(made):
    runs = []
    for engine in (SerialEngine(3), made(3, 0)):
        with SyncSGD(network(), Newton(1.0), batch_size=25, lam=0.1, engine=engine) as trainer:
            runs.append(trainer.fit(parabola().train, epochs=2, progress=False))
    assert np.allclose(runs[0].w, runs[1].w, rtol=1e-9)


def test_sync_sgd_takes_backup_and_stragglers():
    late = Stragglers("fixed", 0.001)
    with SyncSGD(network(), SGD(0.05), workers=2, backup=1, stragglers=late, batch_size=9) as trainer:
        assert isinstance(trainer.engine, BackupPoolEngine) and trainer.workers == 3
        run = trainer.fit(parabola().train, epochs=1, progress=False)
    assert run.settings["workers"] == 2 and run.settings["backup"] == 1
    assert "0.001 s" in run.settings["stragglers"]
    assert run.timeline.workers == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"backup": -1}, "backup is -1: give a whole number of at least 0"),
        ({"backup": 1, "engine": "serial"}, "give engine 'pool', not 'serial'"),
        ({"stragglers": Stragglers("fixed", 1.0), "engine": "serial"}, "give engine 'pool', not 'serial'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, words):
    with pytest.raises(ValueError, match=words):
        SyncSGD(network(), **given)


def test_a_split_with_examples_that_do_not_exist_is_refused(made):
    def split(indices, workers):
        return [indices + 1000] + [indices[:0]] * (workers - 1)

    with (
        SyncSGD(ann(10), engine=made(1, 1), split=split) as trainer,
        pytest.raises(ValueError, match="give only indices"),
    ):
        trainer.fit(some_data(40), epochs=1, progress=False)


def test_the_plain_pool_is_still_what_no_backup_means():
    with SyncSGD(network(), workers=2) as trainer:
        assert type(trainer.engine) is PoolEngine
