"""The timeline picture."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.look import alt_text, timeline
from sgdkit.look.workers import gaps, ordinary_stretch, shares_of
from sgdkit.run import Run
from sgdkit.timeline import Timeline


def made(steps: int = 10, slow: int | None = None) -> Timeline:
    """Two workers; in each step of 10 ms the first computes for 6, the second for 2; one step may take 50 more."""
    start = np.arange(steps) * 0.010
    if slow is not None:
        start[slow + 1 :] += 0.050
    begin = start[:, None] + np.array([[0.001, 0.001]])
    end = begin + np.array([[0.006, 0.002]])
    sent = end + 0.001
    passed = start + 0.009
    if slow is not None:
        passed[slow] += 0.050
    return Timeline(start, begin, end, sent, passed, passed + 0.001)


def test_the_shares_are_those_of_the_clock() -> None:
    assert shares_of(made(), 0) == pytest.approx({"computing": 0.6, "communicating": 0.2, "waiting": 0.2})
    assert shares_of(made(), 1) == pytest.approx({"computing": 0.2, "communicating": 0.2, "waiting": 0.6})


def test_the_words_tell_each_workers_shares_and_the_median_step() -> None:
    words = alt_text(timeline(made()))
    assert "worker 0: 60% computing, 20% communicating, 20% waiting" in words
    assert "worker 1: 20% computing, 20% communicating, 60% waiting" in words
    assert "A step takes 10 ms (median)" in words


def test_the_bars_of_a_worker_cover_the_time_shown() -> None:
    picture = timeline(made(), first=3, steps=2)
    ax = picture.axes[0]
    assert ax.get_xlim() == pytest.approx((0, 20))
    assert "steps 3 to 4" in alt_text(picture)
    extents = [
        path.get_extents()
        for collection in ax.collections
        for path in collection.get_paths()
        if path.get_extents().y0 < 0.1 and path.get_extents().y1 > -0.1  # the row of worker 0
    ]
    assert sum(extent.width for extent in extents) == pytest.approx(20)


def test_an_ordinary_stretch_avoids_the_odd_step() -> None:
    for slow in range(10):
        first = ordinary_stretch(made(slow=slow), 4)
        assert not first <= slow < first + 4


def test_time_between_steps_is_marked() -> None:
    times = made()
    for clock in (times.shared, times.begin, times.end, times.sent, times.passed, times.updated):
        clock[4:] += 0.020  # an evaluation after the fourth step
    assert gaps(times, 0, 4) == []
    assert gaps(times, 2, 6) == [pytest.approx((0.040, 0.060))]
    (legend,) = timeline(times, first=3, steps=4).legends
    assert "between two steps" in [text.get_text() for text in legend.get_texts()]


def test_a_real_run_has_a_row_a_worker(digits_run: Run) -> None:
    labels = [label.get_text() for label in timeline(digits_run).axes[0].get_yticklabels()]
    assert labels == ["worker 0", "worker 1", "worker 2", "master"]


def test_a_worker_without_a_shard_waits() -> None:
    times = made()
    for clock in (times.begin, times.end, times.sent):
        clock[:, 1] = np.nan
    assert shares_of(times, 1)["waiting"] == 1
    assert "worker 1: 0% computing, 0% communicating, 100% waiting" in alt_text(timeline(times))


def test_what_a_late_worker_computed_is_drawn_as_too_late() -> None:
    times = made()
    names = [text.get_text() for text in timeline(times).legends[0].get_texts()]
    assert "too late" not in names
    times.begin[:, 1] = times.shared
    times.end[:, 1] = times.sent[:, 1] = np.nan
    picture = timeline(times)
    assert shares_of(times, 1) == {"computing": 0, "communicating": 0, "waiting": 0, "too late": pytest.approx(1)}
    assert "too late" in [text.get_text() for text in picture.legends[0].get_texts()]
    assert "100% too late" in alt_text(picture)


def test_no_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="no steps"):
        timeline(made(0))
