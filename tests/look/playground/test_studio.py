"""The process that draws: the same pictures as here, and whatever becomes of it there are pictures."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import psutil
import pytest

from sgdkit.look.playground.canvas import NAMES, Canvas
from sgdkit.look.playground.studio import Studio
from tests.look.playground.made import problem, record
from tests.notebook import gone


@pytest.fixture
def studio():
    made = Studio()
    yield made
    made.rest()


def started(studio, made):
    """Ask for pictures until the process draws them; its number."""
    list(studio.draw(made))
    studio.wait(120)
    return studio.pids


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_another_process_draws_the_same_pictures(method):
    studio = Studio(method=method)
    try:
        made, before = record([2.0, 1.0, 0.5] * 20), record([3.0, 1.0] * 30)
        assert len(started(studio, made)) == 1
        for theme in ("light", "dark"):
            studio.wear(theme)
            studio.canvas.paint = None  # nothing is drawn here
            assert dict(studio.draw(made, before)) == dict(Canvas(theme).draw(made, before))
    finally:
        studio.rest()


def test_the_first_pictures_are_drawn_here_while_the_process_starts(studio):
    made = record([2.0, 1.0, 0.5] * 20)
    assert dict(studio.draw(made)) == dict(Canvas().draw(made))


def test_another_map_is_another_background(studio):
    made = record([2.0, 1.0, 0.5] * 20)
    pids = started(studio, made)
    first = dict(studio.draw(made, names=["map"]))
    surface = problem().surface
    made.problem = replace(made.problem, surface=replace(surface, loss=surface.loss * 3 + 1))
    second = dict(studio.draw(made, names=["map"]))
    assert first != second and second == dict(Canvas().draw(made, names=["map"]))
    made.problem = None
    assert dict(studio.draw(made)).keys() == set(NAMES) and studio.pids == pids


def test_a_process_that_was_killed_costs_no_picture(studio):
    made = record([2.0, 1.0, 0.5] * 20)
    (pid,) = started(studio, made)
    psutil.Process(pid).kill()
    expected = dict(Canvas().draw(made))
    assert dict(studio.draw(made)) == expected
    assert dict(studio.draw(made)) == expected


def test_after_a_rest_no_process_is_left_and_the_next_picture_starts_another(studio):
    made = record([2.0, 1.0, 0.5] * 20)
    pids = started(studio, made)
    studio.rest()
    assert studio.pids == [] and gone(pids)
    again = started(studio, made)
    assert again and again != pids and dict(studio.draw(made)) == dict(Canvas().draw(made))
