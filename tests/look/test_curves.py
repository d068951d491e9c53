"""Loss and accuracy curves: what is drawn is what was recorded."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from sgdkit.look import accuracy_curve, alt_text, loss_curve
from sgdkit.look.curves import loss_limits, means_in_words, running_mean
from sgdkit.look.style import number
from sgdkit.run import Run


def with_losses(run: Run, losses: list[float]) -> Run:
    """The run, as if it had these losses, a millisecond apart, and no epoch had ended."""
    return dataclasses.replace(
        run, loss=np.array(losses), seconds=1e-3 * np.arange(1, len(losses) + 1), epochs=[], diverged=None
    )


def test_the_thin_line_is_the_recorded_loss_against_steps_and_seconds(parabola_run: Run) -> None:
    picture = loss_curve(parabola_run)
    by_step, by_second = picture.axes
    np.testing.assert_array_equal(by_step.get_lines()[0].get_ydata(), parabola_run.loss)
    np.testing.assert_array_equal(by_step.get_lines()[0].get_xdata(), np.arange(1, len(parabola_run.loss) + 1))
    np.testing.assert_array_equal(by_second.get_lines()[0].get_xdata(), parabola_run.seconds)
    assert by_second.get_xlabel() == "training time (s)"


def test_epochs_are_marked_at_the_step_where_they_ended(parabola_run: Run) -> None:
    marks = next(line for line in loss_curve(parabola_run).axes[0].get_lines() if line.get_label() == "training set")
    np.testing.assert_array_equal(marks.get_xdata(), 5 * np.arange(1, 9))  # 50 examples in mini-batches of 10
    np.testing.assert_allclose(marks.get_ydata(), [record.loss for record in parabola_run.epochs])


def test_every_mark_lies_inside_the_axes(digits_run: Run) -> None:
    ax = loss_curve(digits_run).axes[0]
    low, high = ax.get_ylim()
    for record in digits_run.epochs:
        assert record.test_loss is not None
        assert low < record.loss < high and low < record.test_loss < high


def test_one_epoch_is_marked_as_epoch_one(digits_run: Run) -> None:
    picture = accuracy_curve(dataclasses.replace(digits_run, epochs=digits_run.epochs[:1]))
    ax = picture.axes[0]
    picture.draw_without_rendering()
    left, right = ax.get_xlim()
    assert [tick for tick in ax.get_xticks() if left <= tick <= right] == [1]
    assert np.ptp(ax.get_ylim()) > 0.045


def test_the_running_mean_is_over_the_last_values() -> None:
    np.testing.assert_allclose(running_mean(np.array([2.0, 4, 6, 8]), 2), [2, 3, 5, 7])
    np.testing.assert_allclose(running_mean(np.array([2.0, 4, 6, 8]), 10), [2, 3, 4, 5])
    assert len(running_mean(np.array([]), 3)) == 0


def test_a_diverging_run_does_not_flatten_the_others() -> None:
    good, bad = np.array([2.0, 1.0, 0.5]), np.array([2.0, 1e5, np.inf])
    assert loss_limits([good, bad]) == (0.5, 40.0)
    assert loss_limits([good]) == (0.5, 2.0)
    assert loss_limits([np.array([np.nan])]) == (0.0, 1.0)


def test_a_loss_that_stays_where_it_is_has_room_around_it() -> None:
    assert loss_limits([np.array([2.0, 2.0, 2.0])]) == pytest.approx((1.9, 2.1))
    assert loss_limits([np.array([2.0, 2.001])]) == pytest.approx((1.89995, 2.10105))
    assert loss_limits([np.zeros(3)]) == (-1.0, 1.0)
    assert loss_limits([np.array([0.0, 3.0])]) == (0.0, 3.0)  # 20 times nothing is nothing


@pytest.mark.parametrize("losses", [[1.25], [1.25, np.inf]])
def test_a_single_loss_is_a_mark_inside_the_axes(parabola_run: Run, losses: list[float]) -> None:
    picture = loss_curve(with_losses(parabola_run, losses))
    for ax in picture.axes:
        line = next(line for line in ax.get_lines() if line.get_label() == "mini-batches")
        assert line.get_marker() == "o"
        low, high = ax.get_ylim()
        assert low < 1.25 < high and high - low > 0.1
    assert all(line.get_marker() in ("", "None") for line in loss_curve(parabola_run).axes[0].get_lines()[:2])


@pytest.mark.parametrize("seconds", [1.2345e-5, 0.000295, 0.0009, 0.0987, 12345.6])
def test_the_marks_of_the_axes_do_not_touch(parabola_run: Run, seconds: float) -> None:
    picture = loss_curve(dataclasses.replace(with_losses(parabola_run, [1.25]), seconds=np.array([seconds])))
    picture.draw_without_rendering()
    for ax in picture.axes:
        left, right = ax.get_xlim()
        shown = [text for x, text in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True) if left <= x <= right]
        boxes = [text.get_window_extent() for text in shown]
        assert len(boxes) >= 2
        assert all(one.x1 + 25 < other.x0 for one, other in itertools.pairwise(boxes))


def test_each_runs_mean_is_told_as_it_is(parabola_run: Run) -> None:
    assert means_in_words({"": 1}) == "" == means_in_words({})
    assert means_in_words({"a": 7, "b": 7}) == "Thin: each mini-batch. Thick: mean of the last 7 steps."
    runs = {
        "long": with_losses(parabola_run, [1.0] * 3000),
        "short": with_losses(parabola_run, [1.0] * 60),
        "tiny": with_losses(parabola_run, [1.0] * 9),
        "other": with_losses(parabola_run, [1.0] * 60),
    }
    caption = loss_curve(runs).texts[1].get_text().replace("\n", " ")
    assert "mean of the last 100 steps (long), 2 steps (short, other), 1 step (tiny)." in caption
    words = alt_text(loss_curve(runs))
    assert "to 1 at step 3,000 (mean of the last 100)" in words and "to 1 at step 60 (mean of the last 2)" in words
    assert "to 1 at step 9, after" in words


def test_divergence_is_told(diverged_run: Run) -> None:
    assert diverged_run.diverged is not None
    assert f"diverged at step {diverged_run.diverged + 1}" in alt_text(loss_curve(diverged_run))


def test_the_words_tell_first_and_last_loss(parabola_run: Run) -> None:
    words = alt_text(loss_curve({"one": parabola_run, "two": parabola_run}))
    assert words.count(f"from {number(parabola_run.loss[0])} at step 1") == 2
    assert "one: " in words and "two: " in words


def test_accuracy_is_drawn_after_each_epoch(digits_run: Run) -> None:
    picture = accuracy_curve(digits_run)
    train, test = picture.axes[0].get_lines()
    np.testing.assert_array_equal(train.get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(train.get_ydata(), [record.accuracy for record in digits_run.epochs])
    np.testing.assert_allclose(test.get_ydata(), [record.test_accuracy for record in digits_run.epochs])
    assert f"{digits_run.epochs[-1].accuracy:.1%}" in alt_text(picture)


def test_regression_has_no_accuracy_to_draw(parabola_run: Run) -> None:
    with pytest.raises(ValueError, match="draw loss_curve"):
        accuracy_curve(parabola_run)


def test_a_run_stopped_before_its_first_step_can_be_drawn(parabola_run: Run) -> None:
    nothing = Run(
        network=parabola_run.network,
        w=parabola_run.w,
        w0=parabola_run.w0,
        loss=np.array([]),
        seconds=np.array([]),
        epochs=[],
        path=parabola_run.path[:1],
        path_steps=np.array([0]),
        timeline=parabola_run.timeline,
    )
    assert "no step was taken" in alt_text(loss_curve(nothing))
