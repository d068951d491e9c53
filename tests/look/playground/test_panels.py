"""The pictures, by their pixels."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from sgdkit.look import style
from sgdkit.look.playground.canvas import NAMES, Canvas, frame_of
from sgdkit.look.playground.frame import beside
from sgdkit.look.playground.panel import HEIGHT, WIDTH
from sgdkit.look.playground.panels import LossPanel, MapPanel, WorkersPanel
from sgdkit.look.playground.settings import usual
from tests.look.playground.made import record


def count(pixels, colour) -> int:
    """Pixels of exactly this colour."""
    return int((pixels[:, :, :3] == np.round(np.multiply(to_rgb(colour), 255)).astype(int)).all(axis=2).sum())


def whole_drawings(panel) -> list[int]:
    """Grows by one at each drawing of the whole figure."""
    done: list[int] = []
    draw = panel._canvas.draw
    panel._canvas.draw = lambda: (done.append(1), draw())
    return done


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_four_pictures_of_the_size_of_the_page(theme):
    canvas = Canvas(theme)
    made = record(np.geomspace(4, 0.1, 50), how="finished")
    drawn = dict(canvas.draw(made, record([3.0] * 30)))
    assert tuple(drawn) == NAMES
    for png in (*drawn.values(), canvas.blank()):
        image = Image.open(io.BytesIO(png))
        assert image.size == (WIDTH, HEIGHT)
        assert image.getpixel((1, HEIGHT - 2))[:3] == tuple(round(255 * c) for c in to_rgb(style.THEMES[theme].paper))
    assert Image.open(io.BytesIO(canvas.together(made))).size == (2 * WIDTH, 2 * HEIGHT)
    assert Image.open(io.BytesIO(next(iter(Canvas(theme, 2).draw(made)))[1])).size == (2 * WIDTH, 2 * HEIGHT)


def test_a_run_that_grows_is_drawn_onto_the_same_background():
    panel = LossPanel(style.LIGHT, by="steps")
    done = whole_drawings(panel)
    few = panel.draw(frame_of(record(np.geomspace(4, 2, 20)))).copy()
    many = panel.draw(frame_of(record(np.geomspace(4, 2, 200)))).copy()
    assert len(done) == 1
    colour = style.LIGHT.colour(0)
    assert count(many, colour) > 3 * count(few, colour) > 0
    again = panel.draw(frame_of(record(np.geomspace(4, 2, 20)))).copy()
    assert np.array_equal(again, few)  # nothing of the longer line is left


def test_a_loss_below_the_axis_makes_it_longer():
    panel = LossPanel(style.LIGHT, by="steps")
    done = whole_drawings(panel)
    panel.draw(frame_of(record(np.geomspace(4, 2, 20))))
    panel.draw(frame_of(record(np.geomspace(4, 1e-5, 200))))
    assert len(done) == 2 and panel.ax.get_ylim()[0] < 1e-4


def test_the_axis_of_seconds_follows_the_pace():
    panel = LossPanel(style.LIGHT, by="seconds")
    panel.draw(frame_of(record([2.0] * 10, step=1e-3)))
    assert panel.ax.get_xlim() == (0, 0.5)  # 300 steps of 1 ms
    panel.draw(frame_of(record([2.0] * 10, step=1e-2)))
    assert panel.ax.get_xlim() == (0, 0.5)  # too early to say, and as long as it is enough it stays
    panel.draw(frame_of(record([2.0] * 20, step=1e-2)))
    assert panel.ax.get_xlim() == (0, 5)
    panel.draw(frame_of(record([2.0] * 10, step=1.0)))
    assert panel.ax.get_xlim() == (0, 500)  # not enough
    panel.draw(frame_of(record([4.0, 1e3, 1e9], step=1e-3, how="diverged")))
    assert panel.ax.get_xlim() == (0, 0.5)  # nothing more will come


@pytest.mark.parametrize(("before", "steps", "reach"), [(3000, 3000, 3000), (3000, 1000, 1000), (8000, 3000, 3000)])
def test_the_axis_of_steps_is_the_last_runs_only_where_this_one_goes_as_far(before, steps, reach):
    panel = LossPanel(style.LIGHT, by="steps")
    panel.draw(frame_of(record([2.0] * before, replace(usual(), steps=before), how="finished")))
    for done in (1, steps):
        panel.draw(frame_of(record([2.0] * done, replace(usual(), steps=steps))))
    assert panel.ax.get_xlim() == (0, reach)


@pytest.mark.parametrize("make", [LossPanel, WorkersPanel])
def test_a_run_like_the_last_one_is_drawn_on_its_background(make):
    panel = make(style.LIGHT, by="seconds") if make is LossPanel else make(style.LIGHT)
    panel.draw(frame_of(record(np.geomspace(4, 2, 300), how="finished")))
    done = whole_drawings(panel)
    for steps in (1, 10, 100, 200, 300):
        panel.draw(frame_of(record(np.geomspace(4, 2, 300)[:steps])))
    assert done == []


def test_the_share_of_computing_is_exact_in_the_end():
    panel = WorkersPanel(style.LIGHT)
    running = frame_of(record([1.0] * 40), names=["workers"])
    told = []
    for share, ended in ((0.5, False), (0.53, False), (0.56, False), (0.57, False), (0.57, True)):
        panel.draw(replace(running, shares=np.array([share, 0.0, 0.0]), ended=ended))
        told.append(panel._share.get_text().removesuffix(" of the time: computing"))
    assert told == ["about 50%", "about 50%", "about 55%", "about 55%", "57%"]


@pytest.mark.parametrize("make", [lambda: LossPanel(style.LIGHT, by="steps"), lambda: MapPanel(style.LIGHT)])
def test_the_run_before_is_drawn_once_and_another_one_in_its_place(make):
    now = record(np.geomspace(4, 2, 50))
    one, other = (beside(record(np.geomspace(4, last, 300), how="finished")) for last in (1.0, 3.0))
    one, other = one._replace(path=one.path + 0.1), other._replace(path=one.path + 0.3)
    panel, drawn = make(), []
    panel.surface = now.problem.surface
    for before in (None, one, one, other, None):
        pixels = panel.draw(frame_of(now, before)).copy()
        fresh = make()
        fresh.surface = now.problem.surface
        assert np.array_equal(pixels, fresh.draw(frame_of(now, before)))
        drawn.append(pixels)
    assert np.array_equal(drawn[1], drawn[2]) and np.array_equal(drawn[0], drawn[4])
    assert not np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[1], drawn[3])


def test_the_path_is_on_the_map_and_its_end_is_seen_even_outside():
    panel = MapPanel(style.LIGHT)
    made = record(np.geomspace(4, 0.1, 50))
    panel.surface = made.problem.surface
    inside = count(panel.draw(frame_of(made)), style.LIGHT.colour(0))
    assert inside > 50
    frame = frame_of(made)
    far = replace(frame, path=np.array([[0.0, 0.0], [1e6, 1e6]]), diverged=True)
    assert count(panel.draw(far)[:80, 380:], style.LIGHT.colour(0)) > 10  # the cross in the upper right corner


def test_bars_lie_where_the_clock_says():
    panel = WorkersPanel(style.LIGHT)
    frame = frame_of(record([1.0] * 4, step=1e-3))  # shares 0.1 of each millisecond, computes 0.4, waits 0.5
    pixels = panel.draw(frame)
    per_kind = {kind: count(pixels, colour) / height for kind, (colour, height) in style.DOING.items()}
    whole = sum(per_kind.values())
    assert per_kind["computing"] / whole == pytest.approx(0.4, abs=0.04)
    assert per_kind["waiting"] / whole == pytest.approx(0.5, abs=0.05)
    box = panel.ax.bbox
    outside = pixels.copy()
    outside[HEIGHT - int(box.y1) : HEIGHT - int(box.y0), int(box.x0) : int(box.x1)] = 255
    assert count(outside[60:], style.DOING["computing"][0]) == 0


def test_another_number_of_workers_is_another_background():
    panel = WorkersPanel(style.LIGHT)
    panel.draw(frame_of(record([1.0] * 4)))
    panel.draw(frame_of(record([1.0] * 4, workers=8)))
    assert [label.get_text() for label in panel.ax.get_yticklabels()] == [*(f"worker {k}" for k in range(8)), "master"]


def test_the_axis_of_time_stays_while_steps_last_about_as_long():
    panel = WorkersPanel(style.LIGHT)
    drawn = [panel.draw(frame_of(record([1.0] * 40, step=step))) is not None and panel._right for step in PACES]
    assert drawn == pytest.approx([4.5, 4.5, 4.5, 4.5, 45, 45])


PACES = (1e-3, 1.7e-3, 0.5e-3, 1e-3, 10e-3, 5e-3)


def test_the_share_of_computing_is_drawn_anew_when_it_changes_and_where_the_axis_does():
    panel = WorkersPanel(style.LIGHT)
    frames = [frame_of(record([1.0] * 40))] * 2
    frames += [replace(frames[0], shares=np.array([0.9, 0.1, 0.0])), frame_of(record([1.0] * 40, step=0.1))]
    corners = [panel.draw(frame)[:32, WIDTH // 2 :].copy() for frame in frames]
    fresh = [WorkersPanel(style.LIGHT).draw(frame)[:32, WIDTH // 2 :] for frame in frames]
    assert all(np.array_equal(a, b) for a, b in zip(corners, fresh, strict=True))
    assert not np.array_equal(corners[1], corners[2]) and np.array_equal(corners[0], corners[3])


def test_another_map_is_drawn_as_if_it_were_the_first():
    made, canvas = record([1.0] * 40), Canvas()
    first = dict(canvas.draw(made, names=["map"]))
    surface = made.problem.surface
    made.problem = replace(made.problem, surface=replace(surface, loss=surface.loss * 3 + 1))
    second = dict(canvas.draw(made, names=["map"]))
    assert first != second and second == dict(Canvas().draw(made, names=["map"]))
