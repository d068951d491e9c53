"""Asynchronous SGD: SyncSGD's bits with one worker, measured staleness with more."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest

from sgdkit import SGD, SyncSGD
from sgdkit.asynchronous import AsyncRun, AsyncSGD
from sgdkit.data import digits, parabola
from sgdkit.interrupt import StopButton
from sgdkit.look import loss_curve, timeline
from sgdkit.models import ann
from sgdkit.models import parabola as network
from sgdkit.optimizers import Adam, Momentum, Newton
from sgdkit.stragglers import Stragglers
from tests.notebook import gone

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def fit(workers=3, epochs=6, batch_size=10, optimizer=None, callback=None, **settings) -> AsyncRun:
    with AsyncSGD(network(), optimizer or SGD(0.02), workers=workers, batch_size=batch_size, lam=0.5, **settings) as t:
        run = t.fit(parabola().train, epochs=epochs, progress=False, test=parabola().test, callback=callback)
        pids = t.engine.pool.pids
    assert gone(pids)
    return run


@pytest.mark.parametrize("optimizer", [SGD(0.02), Momentum(0.01), Adam(0.01)])
def test_one_worker_gives_the_bits_of_sync_sgd(optimizer):
    run = fit(1, batch_size=8, optimizer=optimizer)
    with SyncSGD(network(), optimizer, workers=1, batch_size=8, lam=0.5, engine="serial") as trainer:
        sync = trainer.fit(parabola().train, epochs=6, progress=False, test=parabola().test)
    assert np.array_equal(run.w, sync.w) and np.array_equal(run.loss, sync.loss)
    assert [r.loss for r in run.epochs] == pytest.approx([r.loss for r in sync.epochs], rel=1e-12)
    assert [r.test_loss for r in run.epochs] == pytest.approx([r.test_loss for r in sync.epochs], rel=1e-12)
    assert not run.staleness.any() and not run.worker.any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_lock_free_worker_gives_the_bits_of_sync_sgd(dtype):
    train = parabola(dtype).train
    with AsyncSGD(network(), SGD(0.02), workers=1, batch_size=8, lam=0.5, lock_free=True) as trainer:
        run = trainer.fit(train, epochs=4, progress=False)
    with SyncSGD(network(), SGD(0.02), workers=1, batch_size=8, lam=0.5, engine="serial") as trainer:
        sync = trainer.fit(train, epochs=4, progress=False)
    assert np.array_equal(run.w, sync.w) and run.w.dtype == dtype
    assert not run.staleness.any()


@pytest.mark.parametrize("lock_free", [False, True])
def test_every_mini_batch_is_used_once_and_everything_is_recorded(lock_free):
    run = fit(3, epochs=6, lock_free=lock_free, stragglers=Stragglers("exponential", 0.002))
    assert run.steps == 30 == len(run.staleness) == len(run.worker)
    assert set(run.worker) == {0, 1, 2}
    assert len(run.epochs) == 6 and run.epochs[-1].loss < run.epochs[0].loss
    assert (np.diff(run.seconds) >= 0).all() and run.timeline.steps == 30
    assert (np.isfinite(run.timeline.begin).sum(axis=1) == 1).all()
    assert (np.argmax(np.isfinite(run.timeline.begin), axis=1) == run.worker).all()
    assert run.settings["algorithm"].startswith("asynchronous") and run.settings["workers"] == 3


def test_staleness_is_the_number_of_updates_by_others():
    """Recomputed from whose update was when: a worker's w is that of its own last update."""
    run = fit(3, epochs=10, stragglers=Stragglers("exponential", 0.002))
    assert run.staleness.max() > 0
    last = dict.fromkeys(range(3), -1)  # the update after which the worker got its w; all began with the first
    for step, (worker, staleness) in enumerate(zip(run.worker, run.staleness, strict=True)):
        assert staleness == step - last[worker] - 1
        last[worker] = step


def test_a_stale_gradient_is_that_of_the_older_w():
    """With the gradient w·n and lr 1/2, updates can be replayed from who came when."""

    def gradient(w, X, Y):
        return w * len(X)

    with AsyncSGD(
        network(), SGD(0.5), workers=3, batch_size=5, gradient=gradient, stragglers=Stragglers("exponential", 0.002)
    ) as trainer:
        w0 = np.ones(network().size)
        run = trainer.fit(parabola().train, epochs=5, w0=w0, progress=False, evaluate=False)
    w = [1.0]
    for staleness in run.staleness:
        w.append(w[-1] - 0.5 * w[len(w) - 1 - staleness])
    assert np.allclose(run.w, w[-1], rtol=1e-12, atol=0)


def test_the_digits_are_learnt_asynchronously():
    train, test = digits()
    for lock_free in (False, True):
        with AsyncSGD(ann(10), SGD(0.005), workers=3, batch_size=32, lock_free=lock_free) as trainer:
            run = trainer.fit(train, epochs=15, test=test, progress=False)
        assert max(record.test_accuracy for record in run.epochs) > 0.7  # chance: 0.1


def test_a_killed_worker_is_replaced():
    with AsyncSGD(network(), SGD(0.01), workers=2, batch_size=5) as trainer:

        def kill(step):
            if step.step == 5:
                os.kill(trainer.engine.pool.pids[0], KILL)
            return bool(trainer.engine.pool.deaths) and step.step % 50 == 49

        run = trainer.fit(parabola().train, epochs=10**5, progress=False, callback=kill, evaluate=False)
        assert len(trainer.engine.pool.deaths) == 1
    assert np.isfinite(run.w).all()


def test_a_gradient_that_raises_surfaces():
    def gradient(w, X, Y):
        raise LookupError("on purpose")

    with AsyncSGD(network(), workers=2, gradient=gradient) as trainer, pytest.raises(LookupError, match="on purpose"):
        trainer.fit(parabola().train, progress=False)


@pytest.mark.parametrize("lock_free", [False, True])
def test_a_divergence_ends_the_run(lock_free):
    run = fit(2, epochs=200, optimizer=SGD(60.0), lock_free=lock_free)
    assert run.diverged is not None and run.diverged == run.steps - 1


def test_a_callback_ends_the_run():
    for last in (6, np.int64(6)):  # np.True_ is a yes, too
        run = fit(2, epochs=1000, callback=lambda step, last=last: last == step.step)
        assert run.interrupted and run.steps == 7


def test_test_data_that_do_not_fit_are_refused_before_training():
    with AsyncSGD(network(), SGD(0.02), workers=2) as trainer:
        with pytest.raises(ValueError, match="digits has 784 features"):
            trainer.fit(parabola().train, epochs=10**6, progress=False, test=digits().test)


def test_ctrl_c_in_the_end_leaves_time_to_measure_the_epochs(monkeypatch):
    monkeypatch.setattr(StopButton, "PATIENCE", 0.05)
    evaluate = AsyncSGD._evaluate

    def slowly(*arguments):
        time.sleep(0.1)
        return evaluate(*arguments)

    def interrupt(step):
        if step.step == 22:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(AsyncSGD, "_evaluate", slowly)
    run = fit(2, epochs=1000, callback=interrupt)
    assert run.interrupted and [record.loss is not None for record in run.epochs] == [True] * 4


def test_ctrl_c_ends_a_run_though_a_worker_sleeps():
    def interrupt(step):
        if step.step == 3:
            signal.raise_signal(signal.SIGINT)

    run = fit(2, epochs=1000, callback=interrupt, stragglers=Stragglers("fixed", 0.01))
    assert run.interrupted and run.steps == 4


def test_pictures_are_drawn_from_it():
    run = fit(2, epochs=3)
    assert "worker 1" in timeline(run).alt and "at step 15" in loss_curve(run).alt
    assert sum(run.timeline.share().values()) == pytest.approx(1)
    for worker in (0, 1):
        edges = [edge for _, start, stop in run.timeline.intervals(worker) for edge in (start, stop)]
        assert edges == sorted(edges)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"workers": 0}, "workers is 0: give a whole number of at least 1"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"optimizer": Newton(1.0)}, "Newton needs the curvature"),
        ({"optimizer": Momentum(0.1), "lock_free": True}, "lock-free updates are w −= lr·g, and Momentum keeps more"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, words):
    with pytest.raises(ValueError, match=words):
        AsyncSGD(network(), **given)


def test_a_lock_free_worker_that_is_late_is_stale():
    """It has read w before it is late: with one that is held up, the others' updates come in between."""

    class OneLate(Stragglers):
        def delay(self, worker: int, step: int) -> float:
            return 2.0 if step == 0 else 0.001

    with AsyncSGD(
        network(), SGD(0.001), workers=2, batch_size=1, lock_free=True, stragglers=OneLate("fixed", 1.0)
    ) as trainer:
        run = trainer.fit(parabola().train, epochs=1, progress=False)
    assert run.staleness.max() > 3
