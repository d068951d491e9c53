"""The loss contour and the race: what is drawn, and what is said about it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sgdkit import SyncSGD
from sgdkit.data import Dataset, Split
from sgdkit.look import alt_text, contour, loss_contour, race
from sgdkit.look.contour import FAR, follow, path_of
from sgdkit.look.planes import pca_plane
from sgdkit.look.style import number
from sgdkit.look.surface import Objective
from sgdkit.models import parabola
from sgdkit.optimizers import SGD, Momentum
from sgdkit.run import Run


def drawn_paths(picture: object) -> list[np.ndarray]:
    """The lines on the map that have more than one point."""
    lines = picture.axes[0].get_lines()  # type: ignore[attr-defined]
    return [line.get_xydata() for line in lines if len(line.get_xydata()) > 1]


def test_the_path_on_the_map_is_the_runs_own_projected(parabola_run: Run, curve: Split) -> None:
    picture = loss_contour(parabola_run, curve.train, resolution=9)
    path = path_of(parabola_run)
    (line,) = drawn_paths(picture)
    np.testing.assert_allclose(line, pca_plane(path).coordinates(path))
    ax = picture.axes[0]
    assert ax.get_xlim()[0] < line[:, 0].min() and line[:, 0].max() < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < line[:, 1].min() and line[:, 1].max() < ax.get_ylim()[1]


def test_start_and_end_are_marked_and_axes_named(parabola_run: Run, curve: Split) -> None:
    picture = loss_contour(parabola_run, curve.train, resolution=9)
    ax, bar = picture.axes
    assert {text.get_text() for text in ax.texts} == {"start", "end"}
    assert "PCA direction 1" in ax.get_xlabel() and "PCA direction 2" in ax.get_ylabel()
    assert "J(w)/N" in bar.get_ylabel()


def test_the_words_tell_the_losses_and_the_residual(parabola_run: Run, curve: Split) -> None:
    picture = loss_contour(parabola_run, curve.train, resolution=9)
    words = alt_text(picture)
    objective = Objective(parabola_run.model, curve.train, 0.5 / len(curve.train))
    assert f"with a loss of {number(objective(parabola_run.w0))}" in words
    assert f"with {number(parabola_run.epochs[-1].loss)}." in words
    path = path_of(parabola_run)
    assert f"leaves this plane by up to {number(pca_plane(path).distance(path).max())}" in words
    assert "not the true loss" in words


def test_a_path_in_the_plane_is_told_to_be_exact(curve: Split) -> None:
    model = parabola()
    start, end = model.init(1), model.init(2)
    path = np.linspace(start, end, 5)
    assert "true loss all along" in alt_text(contour(model, curve.train, {"": path}, resolution=5))


def test_a_part_of_the_examples_is_told(parabola_run: Run, curve: Split) -> None:
    picture = loss_contour(parabola_run, curve.train, resolution=5, examples=20)
    assert "20 of the 50 examples" in alt_text(picture)
    assert "examples" not in alt_text(loss_contour(parabola_run, curve.train, resolution=5))


def test_random_directions_reach_one_filter_norm_to_each_side(digits_run: Run, images: Dataset) -> None:
    picture = loss_contour(digits_run, images, plane="random", resolution=5, seed=3)
    left, right = picture.axes[0].get_xlim()
    assert left < -1 and right > 1
    assert "random direction" in alt_text(picture)


def test_an_unknown_plane_is_refused(parabola_run: Run, curve: Split) -> None:
    with pytest.raises(ValueError, match="plane = 'pcb'"):
        loss_contour(parabola_run, curve.train, plane="pcb")  # type: ignore[arg-type]


def test_a_diverging_path_is_cut_and_told(diverged_run: Run, curve: Split) -> None:
    objective = Objective(diverged_run.model, curve.train)
    walk = follow(objective, path_of(diverged_run))
    assert walk is not None and walk.diverged
    assert (walk.losses <= FAR * walk.losses[0]).all()
    assert len(walk.path) < len(path_of(diverged_run))
    picture = loss_contour(diverged_run, curve.train, resolution=7)
    assert re.search(rf"diverges: it is drawn up to point {len(walk.path)} of {walk.whole}", alt_text(picture))
    assert np.isfinite(drawn_paths(picture)[0]).all()


def test_a_run_lost_at_its_first_step_still_has_a_map(digits_run: Run, images: Dataset) -> None:
    path = np.stack([digits_run.w0, digits_run.w0 * 1e9, digits_run.w0 * np.nan])
    picture = contour(digits_run.model, images, {"": path}, resolution=5)
    assert "up to point 1 of 3" in alt_text(picture)


def test_a_race_names_its_runs_after_what_differs(curve: Split) -> None:
    runs = []
    for optimizer in (SGD(0.05), Momentum(0.01)):
        with SyncSGD(parabola(), optimizer, workers=1, batch_size=10, engine="serial") as trainer:
            runs.append(trainer.fit(curve.train, epochs=4, progress=False))
    picture = race(runs, curve.train, resolution=7)
    assert [text.get_text() for text in picture.legends[0].get_texts()] == ["SGD(lr=0.05)", "Momentum(lr=0.01)"]
    # All start at the same w; the plane goes through the end of the better run.
    first, second = drawn_paths(picture)
    np.testing.assert_allclose(first[0], second[0], atol=1e-9)
    better = int(np.argmin([run.epochs[-1].loss for run in runs]))
    np.testing.assert_allclose((first, second)[better][-1], [0, 0], atol=1e-9)


def test_a_race_of_different_networks_is_refused(parabola_run: Run, digits_run: Run, curve: Split) -> None:
    with pytest.raises(ValueError, match="a: 16, b: 7,950"):
        race({"a": parabola_run, "b": digits_run}, curve.train)
