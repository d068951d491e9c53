"""From a record to what a picture shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdkit.look.playground.canvas import Canvas, frame_of
from sgdkit.look.playground.frame import (
    beside,
    curves_of,
    evenly,
    expected_seconds,
    expected_steps,
    extremes,
    loss_range,
    nice,
    ordinary,
)
from sgdkit.look.playground.settings import usual
from tests.look.playground.made import record


@given(st.integers(1, 5000), st.integers(5, 100))
def test_extremes_keep_the_least_the_largest_and_the_last(n, buckets):
    values = np.random.default_rng(n).standard_normal(n)
    places = extremes(values, buckets)
    whole = n // buckets * buckets if n > 2 * buckets else n
    assert len(places) <= 2 * buckets + 1 and (np.diff(places) > 0).all()
    assert values[places].min() <= values[:whole].min() and values[places].max() >= values[:whole].max()
    assert places[-1] == n - 1


@given(st.integers(1, 5000), st.integers(2, 100))
def test_evenly_takes_few_places_up_to_the_last(count, most):
    places = evenly(count, most)
    assert places[0] == 0 or count == 1
    assert places[-1] == count - 1 and len(places) <= most + 1 and (np.diff(places) > 0).all()


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (1.01, 2), (0.3, 0.5), (51, 100), (0.0021, 0.005), (20, 20)])
def test_nice_numbers(value, expected):
    assert nice(value) == pytest.approx(expected)


def test_the_axis_of_seconds_reaches_as_far_as_the_run_will():
    assert expected_seconds(np.arange(1, 101) * 0.01, 1000) == 10.0
    assert expected_seconds(np.array([]), 1000) == 0.1
    assert expected_seconds(np.array([0.4]), 3) == 2.0
    slow_start = np.concatenate([[1.0], 1.0 + np.arange(1, 100) * 0.01])
    assert expected_seconds(slow_start, 100) == 2.0


def test_the_axis_of_steps_grows_with_a_long_run():
    assert [expected_steps(steps, 30_000) for steps in (0, 240, 400, 5_000, 29_000)] == [
        1_000,
        1_000,
        1_000,
        10_000,
        30_000,
    ]
    assert expected_steps(5, 300) == 300


def test_the_axis_of_the_loss_holds_goal_and_start_and_cuts_what_diverges():
    low, high = loss_range(first=2.0, goal=0.1, least=0.5, most=2.5)
    assert low < 0.1 and high >= 8
    assert loss_range(first=2.0, goal=0.1, least=0.001, most=2.5)[0] < 0.001
    assert loss_range(first=2.0, goal=0.1, least=0.5, most=1e9)[1] < 200


def test_curves_say_steps_from_1_on_and_the_seconds_of_the_same_places():
    curves = curves_of(record([4.0, 2.0, 1.0]))
    assert curves.raw_at.tolist() == [1, 2, 3] and curves.raw.tolist() == [4, 2, 1]
    np.testing.assert_allclose(curves.mean, [4, 3, 7 / 3])
    np.testing.assert_allclose(curves.mean_seconds, [0.001, 0.002, 0.003])
    assert curves.total == 300


def test_a_run_on_another_problem_is_not_shown_beside_this_one():
    now, before, canvas = record([2.0, 1.0]), record([3.0, 2.0]), Canvas()
    shown = canvas._beside(now, before)
    assert shown.curves.raw.tolist() == [3, 2] and len(shown.path) == 3
    assert canvas._beside(now, before) is shown and canvas._beside(now, None) is None
    before.problem = replace(before.problem, curvature=1.0)
    assert canvas._beside(now, before) is None


def test_only_what_the_pictures_show_is_looked_up():
    made, before = record([2.0, 1.0]), beside(record([3.0, 2.0], how="finished"))
    loss = frame_of(made, before, ["seconds"])
    assert loss.before is not None and len(loss.curves.raw) == 2 and not len(loss.path) and loss.times is None
    path = frame_of(made, before, ["map"])
    assert len(path.path) == len(path.path_before) == 3 and not len(path.curves.raw) and path.shares is None
    workers = frame_of(made, before, ["workers"])
    assert workers.times.steps == 2 and not len(workers.path) and not len(workers.curves.raw)


def test_the_goal_is_marked_where_it_was_reached():
    made = record([1.0] * 10 + [0.001] * 10, replace(usual(), batch_size=32))  # 2 steps an epoch
    assert frame_of(made).goal_at == (12, pytest.approx(0.012))
    assert frame_of(record([1.0] * 10)).goal_at is None


def test_the_timeline_shows_the_most_ordinary_steps():
    made = record([1.0] * 20)
    made.clock._rows[5, 2] += 1.0  # one step took a second
    shown = ordinary(made.clock.last(20), 12)
    assert shown.steps == 12 and shown.shared[0] == 0
    assert (shown.updated - shown.shared).max() == pytest.approx(1e-3)
    assert ordinary(None) is None
