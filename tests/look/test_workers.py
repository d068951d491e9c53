"""The timeline picture."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit import SyncSGD
from sgdkit.asynchronous import AsyncTimeline
from sgdkit.data import Split
from sgdkit.look import Picture, alt_text, timeline
from sgdkit.look.workers import gaps, ordinary_stretch, shares_of, spans_of
from sgdkit.models import parabola as parabola_network
from sgdkit.optimizers import SGD, Newton
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


def made_asynchronous(updates: int = 10) -> AsyncTimeline:
    """Two workers take turns: an update comes every 0.5 ms and uses a gradient that was asked for 0.9 ms before."""
    updated = 0.001 + np.arange(updates) * 0.0005
    clocks = np.full((3, updates, 2), np.nan)
    for clock, before in zip(clocks, (0.0008, 0.0002, 0.0001), strict=True):
        clock[np.arange(updates), np.arange(updates) % 2] = updated - before
    return AsyncTimeline(updated - 0.0009, *clocks, updated - 0.00005, updated)


def legend_of(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.legends[0].get_texts()]


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


def test_asynchronous_sgd_has_updates_and_no_barrier() -> None:
    times = made_asynchronous()
    picture = timeline(times, first=3, steps=4)
    assert legend_of(picture) == ["computing", "communicating", "waiting", "update"]
    assert legend_of(timeline(made()))[3:] == ["averaging and update", "barrier passed"]
    words = alt_text(picture)
    assert "in updates 3 to 6 of 10" in words and "An update comes every 0.5 ms (median)" in words
    assert "step" not in words and "step" not in picture.axes[0].get_xlabel() + picture.axes[1].get_xlabel()
    assert picture.texts[0].get_text() == "What the workers did in updates 3 to 6"
    assert "every" not in alt_text(timeline(made_asynchronous(1)))


def test_between_two_asynchronous_updates_others_are_at_work() -> None:
    times = made_asynchronous()
    times.shared[5] = times.updated[4] + 0.0003  # asked late; the other worker computes meanwhile
    assert gaps(times, 3, 7) == []


def test_what_newton_asks_for_while_it_updates_is_not_called_waiting(curve: Split) -> None:
    runs = {}
    for name, optimizer in (("newton", Newton()), ("sgd", SGD(0.05))):
        with SyncSGD(parabola_network(), optimizer, workers=2, batch_size=10, engine="serial") as trainer:
            runs[name] = trainer.fit(curve.train, epochs=2, progress=False)
    picture = timeline(runs["newton"])
    assert legend_of(picture)[2:5] == ["waiting", "asked again", "update (asks the workers again)"]
    times = runs["newton"].timeline
    asked = float((times.updated - times.passed).sum() / (times.updated - times.shared).sum())
    assert f"{asked:.0%} asked again" in alt_text(picture) and "how long is not recorded" in alt_text(picture)
    assert "asked again" not in alt_text(timeline(runs["sgd"])) + "".join(legend_of(timeline(runs["sgd"])))


def test_a_worker_without_a_shard_is_not_asked_again() -> None:
    times = made(1)
    assert [kind for kind, *_ in spans_of(times, 1, again=True)][-2:] == ["waiting", "asked again"]
    assert sum(shares_of(times, 1, again=True).values()) == pytest.approx(1)
    for clock in (times.begin, times.end, times.sent):
        clock[:, 1] = np.nan
    assert [kind for kind, *_ in spans_of(times, 1, again=True)] == ["waiting"]
