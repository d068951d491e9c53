"""The clock that the timeline is drawn from while it grows."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit import SyncSGD
from sgdkit.data import parabola
from sgdkit.engines import SerialEngine
from sgdkit.look.playground.clock import ROWS, Clock, Watched, totals
from sgdkit.look.workers import shares_of
from sgdkit.models import parabola as network
from sgdkit.optimizers import SGD, Newton
from sgdkit.sync import average
from tests.look.playground.made import record


def test_totals_are_the_sums_of_the_timelines_intervals():
    with SyncSGD(network(), SGD(0.05), workers=3, batch_size=2, engine="serial") as trainer:  # the third has no shard
        times = trainer.fit(parabola().train, epochs=1, progress=False).timeline
    found = totals(times)
    by_worker = [shares_of(times, k) for k in range(3)]
    whole = (times.updated - times.shared).sum()
    for i, kind in enumerate(("computing", "communicating", "waiting")):
        assert found[i] == pytest.approx(whole * sum(part[kind] for part in by_worker), rel=1e-6)


def test_shares_count_every_step_once_however_often_they_are_asked_for():
    made = record([1.0] * 50)
    first = made.clock.shares()
    np.testing.assert_allclose(first, [0.4, 0.1, 0.5], atol=1e-9)
    np.testing.assert_allclose(made.clock.shares(), first)


def test_only_the_last_steps_are_kept():
    clock = Clock(1)
    for i in range(ROWS + 10):
        clock.mapped(float(i), i + 0.5, np.array([[i, i + 0.25, i + 0.25]]))
        clock.updated()
    last = clock.last(3)
    np.testing.assert_allclose(last.shared, [0, 1, 2])
    np.testing.assert_allclose(last.passed, [0.5, 1.5, 2.5])
    assert Clock(2).last(3) is None and Clock(2).shares() is None


def test_a_step_of_several_rounds_computes_in_all_of_them():
    clock = Clock(2)
    clock.mapped(0.0, 1.0, np.array([[0.0, 1.0, 1.0], [0.0, 0.5, 0.5]]))
    clock.mapped(1.5, 3.0, np.array([[2.0, 3.0, 3.0], [2.0, 3.0, 3.0]]))  # 1 and 1.5 s after the first round
    clock._rows[0, 2] = 4.0
    clock._steps = 1
    times = clock.last(1)
    np.testing.assert_allclose(times.end, [[3.0, 3.0]])
    assert times.shared == [0.0] and times.passed == [3.0]
    np.testing.assert_allclose(clock.shares(), [3.5 / 8, 0, 4.5 / 8])


def test_newtons_rounds_are_no_waiting():
    clock = Clock(1)
    trainer = SyncSGD(network(), Newton(1.0), batch_size=50, engine=Watched(SerialEngine(1), clock))
    run = trainer.fit(parabola().train, epochs=20, progress=False, evaluate=False, callback=lambda _: clock.updated())
    gradients_alone = totals(run.timeline)
    assert clock.last(100).steps == 20
    assert clock.shares()[0] > 2 * gradients_alone[0] / gradients_alone.sum()


def test_a_clock_knows_who_has_the_step():
    seen = []

    class Engine(SerialEngine):
        def map(self, *given):
            seen.append(clock.where)
            return super().map(*given)

    def mine(results):
        seen.append(clock.where)
        return average(results)

    clock = Clock(2)
    assert clock.where == ""
    trainer = SyncSGD(network(), SGD(0.05), batch_size=25, engine=Watched(Engine(2), clock), average=mine)
    trainer.fit(parabola().train, progress=False, evaluate=False, callback=lambda _: clock.updated())
    assert seen == 2 * ["workers", "notebook"] and clock.since > 0


def test_a_watched_engine_computes_the_same_bits_and_notes_every_step():
    def train(engine):
        trainer = SyncSGD(network(), SGD(0.05), batch_size=10, engine=engine)
        return trainer.fit(
            parabola().train, epochs=2, progress=False, evaluate=False, callback=lambda _: clock.updated()
        )

    clock = Clock(2)
    watched, plain = train(Watched(SerialEngine(2), clock)), train(SerialEngine(2))
    assert np.array_equal(watched.w, plain.w)
    times = clock.last(1000)
    assert times.steps == 20  # the first ten by the watched engine; the others had nobody to map for them
    assert (times.begin[:10] <= times.end[:10]).all() and (times.shared[:10] <= times.passed[:10]).all()
