"""Speed-up, time per iteration, staleness and backup workers, by value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdkit.look import Picture, alt_text, backup_curve, speed_up, speed_ups, staleness_histogram, time_per_iteration
from sgdkit.look.scaling import backup_waits, iteration_seconds
from sgdkit.run import Run


def test_speed_up_is_the_ratio_of_medians() -> None:
    line = speed_ups({1: np.array([4.0, 4, 9]), 2: np.array([2.0, 2, 2]), 4: np.array([1.6, 1.6, 1.6])})
    np.testing.assert_allclose(line.workers, [1, 2, 4])
    np.testing.assert_allclose(line.ratio, [1, 2, 2.5])


def test_the_fewest_workers_are_the_yardstick() -> None:
    line = speed_ups({2: np.array([3.0]), 4: np.array([1.5])})
    np.testing.assert_allclose(line.ratio, [2, 4])


@given(st.integers(0, 1000))
def test_the_confidence_band_holds_the_ratio(seed: int) -> None:
    rng = np.random.default_rng(seed)
    line = speed_ups({1: 2 + rng.random(9), 2: 1 + rng.random(9)}, draws=300)
    assert (line.low <= line.ratio + 1e-12).all() and (line.ratio <= line.high + 1e-12).all()
    assert line.high[1] > line.low[1]


def test_more_measurements_narrow_the_band() -> None:
    rng = np.random.default_rng(0)
    few = speed_ups({1: 2 + rng.random(5), 2: 1 + rng.random(5)})
    many = speed_ups({1: 2 + rng.random(500), 2: 1 + rng.random(500)})
    assert many.high[1] - many.low[1] < 0.5 * (few.high[1] - few.low[1])


@pytest.mark.parametrize("seconds", [{}, {1: np.array([])}, {1: np.array([1.0]), 2: np.array([0.0])}])
def test_times_that_are_none_are_refused(seconds: dict[float, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="time"):
        speed_ups(seconds)
    if not seconds:
        with pytest.raises(ValueError, match="no times"):
            speed_up(seconds)


def test_the_speed_up_picture_has_the_ideal_line_and_says_its_numbers() -> None:
    picture = speed_up({"batch 64": {1: np.array([3.0]), 2: np.array([2.0]), 4: np.array([1.0])}})
    ideal = picture.axes[0].get_lines()[0]
    np.testing.assert_array_equal(ideal.get_xdata(), ideal.get_ydata())
    assert "batch 64: 1 worker as yardstick, 1.50 with 2 workers, 3.00 with 4 workers." in alt_text(picture)


def caption_of(picture: Picture) -> str:
    return picture.texts[1].get_text().replace("\n", " ")


def test_what_the_fewest_workers_count_as_is_told_as_assumed() -> None:
    picture = speed_up({"a": {2: [3.0], 4: [1.5]}, "b": {1: [3.0], 4: [1.5]}})
    assert "1 worker counts as 1. 2 workers count as 2." in caption_of(picture)
    assert "a: 2 workers as yardstick, 4.00 with 4 workers." in alt_text(picture)
    assert "1 worker counts as 1. 2 workers count as 2." in alt_text(picture)


def test_single_measurements_have_no_band_of_confidence() -> None:
    picture = speed_up({1: [3.0], 2: [1.5]})
    assert not picture.axes[0].collections
    assert "no band of confidence: 1 measurement for each number of workers, and it takes two." in caption_of(picture)
    assert "2.00 with 2 workers." in alt_text(picture)


def test_the_band_is_told_with_its_number_of_measurements() -> None:
    samples = {1: [4.0, 4.0, 4.0], 2: [2.0, 2.5, 2.0, 2.5]}
    line = speed_ups(samples)
    picture = speed_up(samples)
    assert len(picture.axes[0].collections) == 1
    assert "The band holds 95 % of 2,000 bootstrap draws from 3 to 4 measurements for each" in caption_of(picture)
    assert line.measured.tolist() == [3, 4] and line.low[1] < line.high[1]
    assert f"1.78 with 2 workers ({line.low[1]:.2f} to {line.high[1]:.2f})." in alt_text(picture)
    mixed = speed_up({"one": {1: [3.0], 2: [1.5]}, "more": samples})
    assert len(mixed.axes[0].collections) == 1
    assert "The band, where each was measured at least twice, holds" in caption_of(mixed)


def test_time_per_iteration_draws_medians_in_milliseconds() -> None:
    picture = time_per_iteration({64: np.array([1e-3, 2e-3, 9e-3]), 128: np.array([4e-3])}, "examples")
    np.testing.assert_allclose(picture.axes[0].get_lines()[0].get_ydata(), [2, 4])
    assert "2 ms at 64 (1.5 to 5.5), 4 ms at 128." in alt_text(picture)
    assert "median of 1 to 3 measurements at each number. Band: the middle half" in caption_of(picture)
    assert "Band" not in caption_of(time_per_iteration({1: [1e-3], 2: [2e-3]}))


@pytest.mark.parametrize("series", [{1: [], 2: [1.0]}, {"a": {1: []}}, {"a": {}}, {}])
def test_an_iteration_without_a_time_is_refused(series: dict[Any, Any]) -> None:
    with pytest.raises(ValueError, match="no time was measured at (1|any number): give|there are no times: give"):
        time_per_iteration(series)


def test_iterations_are_timed_from_end_to_end(parabola_run: Run) -> None:
    seconds = iteration_seconds(parabola_run)
    assert len(seconds) == len(parabola_run.seconds) - 1
    assert seconds.sum() == pytest.approx(parabola_run.seconds[-1] - parabola_run.seconds[0])


def test_staleness_is_counted() -> None:
    picture = staleness_histogram(np.array([0, 1, 1, 3]))
    assert [bar.get_height() for bar in picture.axes[0].patches] == [25, 50, 0, 25]
    assert "mean staleness 1.25, at most 3" in alt_text(picture)
    with pytest.raises(ValueError, match="staleness"):
        staleness_histogram(np.array([-1]))


def test_backup_waits_have_the_known_mean_for_exponential_times() -> None:
    # E[k-th of n] = H_n - H_(n-k) for Exp(1); for n = 100: 5.19, 3.69 and 3.10 for k = 100, 98, 96.
    times = np.random.default_rng(0).exponential(size=(4000, 100))
    waits = backup_waits(times)
    assert waits[[99, 97, 95]] == pytest.approx([5.19, 3.69, 3.10], rel=0.02)
    assert "Waiting for all 100" in alt_text(backup_curve(times))


def test_the_backup_curve_draws_the_mean_waits_and_says_what_one_backup_worker_saves() -> None:
    picture = backup_curve(np.array([[1.0, 2.0, 9.0], [3.0, 2.0, 5.0]]) * 1e-3)
    (line,) = picture.axes[0].get_lines()
    np.testing.assert_allclose(line.get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(line.get_ydata(), [1.5, 2.5, 7])
    assert picture.axes[0].get_xlabel() == "gradients waited for, of 3" and "(ms)" in picture.axes[0].get_ylabel()
    assert caption_of(picture) == "Waiting for all 3 takes 7 ms; one backup worker saves 64% of it."
    assert caption_of(picture) in alt_text(picture)


def test_waits_without_anything_to_save_are_told_so() -> None:
    assert caption_of(backup_curve(np.zeros((3, 3)))) == "Waiting for all 3 takes 0 ms."
    picture = backup_curve(np.array([[1.0]]))
    assert caption_of(picture) == "Waiting for the one worker takes 1,000 ms."
    assert [tick for tick in picture.axes[0].get_xticks() if 0.7 <= tick <= 1.3] == [1]


@pytest.mark.parametrize("seconds", [np.ones(3), np.ones((0, 3)), np.ones((2, 0)), 1.0])
def test_waits_of_another_shape_are_refused(seconds: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"seconds has shape \(.*\): give each worker's time"):
        backup_curve(seconds)


@pytest.mark.parametrize("second", [-1.0, np.nan, np.inf])
def test_waits_that_are_no_times_are_refused(second: float) -> None:
    with pytest.raises(ValueError, match="negative or not finite"):
        backup_curve(np.array([[1.0, second]]))
