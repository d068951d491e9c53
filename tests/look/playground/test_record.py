"""What is kept of a run while it goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdkit.history import Step
from sgdkit.look.playground.record import Record, epoch_means, every
from sgdkit.look.playground.settings import usual
from tests.look.playground.made import problem


@given(st.lists(st.floats(0, 100), max_size=40), st.integers(1, 10))
def test_epoch_means_are_means_of_the_last_steps(loss, steps):
    means = epoch_means(np.array(loss), steps)
    expected = [np.mean(loss[max(0, i + 1 - steps) : i + 1]) for i in range(len(loss))]
    np.testing.assert_allclose(means, expected, atol=1e-9)


def test_epoch_means_are_not_finite_from_the_first_nan_on():
    means = epoch_means(np.array([1.0, 3.0, np.nan, 1.0]), 2)
    assert means[:2].tolist() == [1.0, 2.0]
    assert not np.isfinite(means[2:]).any()


def test_a_record_says_when_it_is_full_and_keeps_the_path_on_the_map():
    known = problem()
    plane = known.surface.plane
    record = Record(replace(usual(), steps=3), known, workers=2)
    record.begin(plane.point(1.0, 0.5))
    full = []
    for i, w in enumerate((plane.point(0.5, 0.25), plane.point(0, 0), np.full(16, np.inf))):
        record.clock.mapped(0, 1, np.zeros((2, 3)))
        full.append(record.add(Step(0, i, w, 4.0 - i, 0.1 * i)))
    assert full == [False, False, True]
    assert record.steps == 3 and record.loss.tolist() == [4, 3, 2]
    np.testing.assert_allclose(
        record.path(), [[1, 0.5], [0.5, 0.25], [0, 0]], atol=1e-9
    )  # what is not finite is not on it
    assert record.away == pytest.approx(0, abs=1e-6)
    assert record.epoch_steps == 4  # 50 examples in mini-batches of 16


def test_a_long_path_is_taken_ever_more_seldom():
    taken = [step for step in range(1, 30_001) if step % every(step) == 0]
    assert taken[:299] == list(range(1, 300)) and taken[299:302] == [300, 303, 306]
    assert len(taken) < 1500 and max(np.diff(taken)) <= 129
    assert all(sum(step % 2 for step in taken[i : i + 4]) == 2 for i in range(0, 1000, 100))  # on both sides


def test_fewer_points_are_taken_of_large_parameters():
    record = Record(replace(usual(), steps=200), None, workers=1)
    w = np.zeros(50_000)
    record.begin(w)
    for i in range(200):
        record.clock.mapped(0, 1, np.zeros((1, 3)))
        record.add(Step(0, i, w, 1.0, 0.1 * i))
    assert len(record._passed) == 1 + 39 + 13 + 16 + 5  # the first; then every step, every third from 40 on, …
    record.arrive(w)
    assert len(record._passed) == 75  # 200 is not a multiple of 9


def test_how_far_a_path_leaves_the_map():
    known = problem()
    plane = known.surface.plane
    across = np.linalg.svd(plane.directions)[2][-1]  # orthogonal to both directions
    record = Record(usual(), known, workers=1)
    record.begin(plane.point(0.2, 0.1) + 7 * across)
    np.testing.assert_allclose(record.path(), [[0.2, 0.1]], atol=1e-9)
    assert record.away == pytest.approx(7)
