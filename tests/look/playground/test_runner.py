"""The thread that trains, on real processes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from sgdkit import SyncSGD
from sgdkit.data import parabola
from sgdkit.look.playground.own import Own
from sgdkit.look.playground.problem import Problems
from sgdkit.look.playground.record import Ending
from sgdkit.look.playground.runner import Runner
from sgdkit.look.playground.settings import OWN, usual
from sgdkit.look.playground.warm import WarmPools
from sgdkit.models import parabola as network
from sgdkit.optimizers import SGD
from tests.look.playground.made import problem
from tests.notebook import gone

LONG = replace(usual(), steps=30_000)


def broken(w, X, Y):
    raise ArithmeticError("no such luck")


def halved(results):
    return sum(g for g, n in results) / sum(n for g, n in results) / 2


@pytest.fixture(scope="module")
def known() -> Problems:
    problems = Problems()
    problems._known["parabola, 5 nodes", "parabola"] = problem()
    return problems


@pytest.fixture
def make_runner(known):
    runners = []

    def make(own: Own | None = None, **options) -> Runner:
        runners.append(Runner(own or Own(), known, options.pop("changed", lambda: None), **options))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()


def done(runner: Runner):
    assert runner.wait(120)
    return runner.current


def test_it_trains_as_the_loop_does_to_the_bit(make_runner):
    runner = make_runner()
    runner.request(usual())
    record = done(runner)
    with SyncSGD(network(), SGD(0.1), workers=2, batch_size=16) as trainer:
        run = trainer.fit(parabola().train, epochs=75, progress=False)
    assert record.ending.how == "finished"
    assert np.array_equal(record.loss, run.loss)
    assert len(record.path()) == 301


def test_the_last_request_wins_and_the_run_under_way_ends(make_runner):
    begun = threading.Event()
    runner = make_runner(changed=lambda: begun.set() if runner.current and runner.current.steps else None)
    runner.request(LONG)
    assert begun.wait(120)
    for lr in (0.01, 0.02, 0.03, 0.04):
        runner.request(replace(usual(), lr=lr))
    assert done(runner).settings.lr == 0.04 and runner.current.ending.how == "finished"
    first = runner.previous if runner.previous.settings.steps == 30_000 else None
    assert first is None or (first.ending.how == "stopped" and 0 < first.steps < 30_000)


def test_stop_ends_it_and_the_pool_stays_warm(make_runner):
    runner = make_runner()
    runner.request(usual())
    done(runner)
    before = runner.pools.pids
    begun = threading.Event()
    runner._changed = lambda: begun.set() if runner.current.steps else None
    runner.request(LONG)
    assert begun.wait(120)
    runner.stop()
    record = done(runner)
    assert record.ending.how == "stopped" and record.steps < 30_000
    runner.request(usual())
    done(runner)
    assert runner.pools.pids == before


def test_it_says_when_a_run_diverges(make_runner):
    runner = make_runner()
    runner.request(replace(usual(), lr=5.0))
    record = done(runner)
    assert record.ending.how == "diverged" and record.steps < 30
    assert np.isfinite(record.path()).all()


def test_a_students_mistake_is_told_with_its_place_and_the_next_run_works(make_runner):
    runner = make_runner(Own(gradient=broken))
    runner.request(usual())
    ending = done(runner).ending
    assert ending.how == "failed" and "no such luck" in ending.failure and "in broken" in ending.trace
    runner._own = Own()
    runner.request(usual())
    assert done(runner).ending.how == "finished"


def test_ones_own_average_and_optimizer_are_used(make_runner):
    runner = make_runner(Own(average=halved, optimizer=lambda w, g, lr: w - 2 * lr * g))
    runner.request(replace(usual(), optimizer=OWN))
    mine = done(runner)
    other = make_runner()
    other.request(usual())
    np.testing.assert_allclose(mine.loss, done(other).loss, rtol=1e-9)


def leaves(results):
    raise SystemExit(3)


def hangs(w, X, Y):
    while True:
        time.sleep(0.1)


def test_a_function_that_exits_ends_its_run_and_not_the_playground(make_runner):
    runner = make_runner(Own(average=leaves))
    runner.request(usual())
    ending = done(runner).ending
    assert ending.how == "failed" and ending.failure == "SystemExit: 3" and "in leaves" in ending.trace
    runner._own = Own()
    runner.request(usual())
    assert done(runner).ending.how == "finished"


def until_in(runner: Runner, where: str) -> None:
    while runner.current is None or runner.current.clock.where != where:
        time.sleep(0.01)


def test_a_gradient_that_hangs_is_ended_with_its_processes(make_runner):
    runner = make_runner(Own(gradient=hangs), patience=0.3)
    runner.request(usual())
    until_in(runner, "workers")
    pids = runner.pools.pids
    runner.stop()
    record = done(runner)
    told = "Your own gradient did not come back, so its processes were ended."
    assert record.ending == Ending("failed", failure=told)
    assert pids and gone(pids)
    runner._own = Own()
    runner.request(usual())
    assert done(runner).ending.how == "finished"


def test_an_average_that_hangs_is_left_alone_and_the_next_run_goes_on(make_runner):
    go_on, inside = threading.Event(), threading.Event()

    def waits(results):
        inside.set()
        go_on.wait(120)
        return halved(results)

    runner = make_runner(Own(average=waits), patience=0.3)
    runner.request(usual())
    assert inside.wait(120)
    left, pids = runner._thread, runner.pools.pids
    runner._own = Own()
    runner.request(usual())
    record = done(runner)
    assert record.ending.how == "finished" and gone(pids)
    go_on.set()
    left.join(60)
    assert not left.is_alive() and runner.current is record and not runner.running


def test_what_an_average_that_hangs_comes_to_is_told(make_runner):
    go_on = threading.Event()
    runner = make_runner(Own(average=lambda results: go_on.wait(120)), patience=0.3)
    runner.request(usual())
    until_in(runner, "notebook")
    runner.stop()
    ending = done(runner).ending
    go_on.set()
    assert ending.how == "failed" and ending.failure.startswith("Your own average did not come back. What runs in the")


def test_a_slow_step_of_the_kits_own_is_waited_for(make_runner):
    runner = make_runner(patience=0.01)
    runner.request(LONG)
    until_in(runner, "workers")
    runner.request(usual())
    assert done(runner).ending.how == "finished"
    assert runner.previous is None or runner.previous.ending.how == "stopped"


def test_a_run_that_fails_on_the_way_is_not_its_own_run_before(make_runner):
    calls = iter(range(1000))
    runner = make_runner(Own(average=lambda results: halved(results) if next(calls) < 5 else 1 / 0))
    runner.request(usual())
    record = done(runner)
    assert record.ending.how == "failed" and record.steps == 5 and runner.previous is None


def test_data_that_cannot_be_had_end_a_run_before_it_has_begun(make_runner):
    class Nothing(Problems):
        def get(self, settings, engine):
            raise OSError("no network")

    runner = make_runner()
    runner._problems = Nothing()
    runner.request(usual())
    record = done(runner)
    assert record.ending.failure == "OSError: no network" and not record.begun and not runner.busy


def test_nothing_is_left_after_close(make_runner):
    runner = make_runner()
    runner.request(LONG)
    while not (runner.pools.pids and runner.current is not None and runner.current.steps):
        time.sleep(0.01)
    pids = runner.pools.pids
    runner.close()
    runner._thread.join(30)
    assert gone(pids) and not runner._thread.is_alive()


def test_closing_while_the_first_pool_starts_leaves_nothing(make_runner):
    before = set(multiprocessing.active_children())
    runner = make_runner(method="spawn")
    runner.request(LONG)
    runner.close()
    runner._thread.join(60)
    assert not runner._thread.is_alive() and not runner.pools.pids
    assert not set(multiprocessing.active_children()) - before


def test_the_processes_end_when_nobody_trains(make_runner):
    runner = make_runner(idle=0.2)
    runner.request(usual())
    done(runner)
    with runner._news:  # its thread closes the pools by itself
        pass
    deadline = threading.Event()
    for _ in range(600):
        if not runner.pools._engines:
            break
        deadline.wait(0.05)
    assert not runner.pools._engines
    runner.request(usual())
    assert done(runner).ending.how == "finished"


def test_pools_stay_warm_up_to_a_bound_and_the_last_used_stay_longest():
    pools = WarmPools(most=6)
    try:
        two, three = pools.get(2), pools.get(3)
        assert pools.get(2) is two
        old = three.pool.pids
        pools.get(4)  # 2 + 3 + 4 processes are too many: the 3 go
        assert gone(old) and pools.get(2) is two
        large = pools.get(8)
        assert pools.get(8) is large and len(pools.pids) == 8
    finally:
        pids = pools.pids
        pools.close()
    assert gone(pids) and not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)
