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
from sgdkit.optimizers import SGD
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
