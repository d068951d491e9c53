"""HTML around the pictures, and whether somebody looks at it."""

from __future__ import annotations

from sgdkit.look.playground import page
from sgdkit.look.playground.goal import Attempt
from sgdkit.look.playground.presence import UNSEEN, Presence
from sgdkit.look.playground.settings import usual


def test_nothing_from_outside_is_html():
    made = page.status("failed", "<b>x</b>", "<script>alert(1)</script>") + page.note(["<i>"])
    assert "<b>x</b>" not in made and "<script>" not in made and "<i>" not in made
    assert "&lt;script&gt;" in made


def test_a_screen_reader_is_told_the_end_and_not_every_step():
    assert 'role="status"' not in page.status("running", "Step 1")
    assert 'role="status"' in page.status("finished", "Done")


def test_the_game_shows_goal_and_attempts():
    settings = usual()
    assert "below 0.01" in page.game(settings, []) and "Nobody" in page.game(settings, [])
    made = page.game(settings, [Attempt(0.125, 1234, settings)])
    assert "0.125" in made and "1,234" in made and "mini-batch 16" in made and 'scope="col"' in made


def test_the_note_says_what_is_ones_own_and_whom_the_slider_does_not_reach():
    assert page.note(()) == ""
    assert page.note(("average", "optimizer")) == "<div>Trains with <b>your own</b> average, optimizer.</div>"
    assert "a learning rate that the slider does not change" in page.note(("optimizer",), takes_rate=False)
    assert "slider" not in page.note(("average",), takes_rate=False)


def test_who_is_silent_for_long_is_gone_and_who_was_never_there_is_not():
    presence = Presence(silence=100)
    presence.acted(1.0)
    assert not presence.gone(1e9)
    presence.beat(50.0)
    assert not presence.gone(149.0) and presence.gone(151.0)
    assert not presence.gone(152.0)  # said once: whoever begins a run after that is somebody
    presence.beat(160.0)
    presence.acted(200.0)
    assert not presence.gone(299.0) and presence.gone(301.0)


def test_a_notebook_that_no_page_shows_is_gone_after_some_seconds():
    presence = Presence()
    presence.views(1, 0.0)
    presence.views(0, 10.0)
    assert not presence.gone(10.0 + UNSEEN)
    presence.views(1, 11.0)  # it was loaded anew
    assert not presence.gone(100.0)
    presence.views(0, 200.0)
    assert presence.gone(200.1 + UNSEEN) and not presence.gone(300.0)
