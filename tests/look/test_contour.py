"""The loss contour and the race: what is drawn, and what is said about it."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from sgdkit import SyncSGD
from sgdkit.data import Dataset, Split
from sgdkit.look import alt_text, contour, loss_contour, race
from sgdkit.look.planes import Plane, pca_plane
from sgdkit.look.style import number
from sgdkit.look.surface import Objective
from sgdkit.look.walks import FAR, follow, path_of
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
    assert walk is not None and walk.cut
    assert (walk.losses <= FAR * walk.losses[0]).all()
    assert len(walk.path) < len(path_of(diverged_run))
    picture = loss_contour(diverged_run, curve.train, resolution=7)
    assert re.search(rf"diverges: it is drawn up to point {len(walk.path)} of {walk.whole}", alt_text(picture))
    assert np.isfinite(drawn_paths(picture)[0]).all()


def test_a_run_lost_at_its_first_step_still_has_a_map(digits_run: Run, images: Dataset) -> None:
    path = np.stack([digits_run.w0, digits_run.w0 * 1e9, digits_run.w0 * np.nan])
    picture = contour(digits_run.model, images, {"": path}, resolution=5)
    assert "leaves the map: it is drawn up to point 1 of 3" in alt_text(picture)


def test_a_path_that_comes_back_leaves_the_map_but_does_not_diverge(parabola_run: Run, curve: Split) -> None:
    start, end = parabola_run.w0, parabola_run.w
    path = np.stack([start, (start + end) / 2, start + 100.0, end])
    picture = contour(parabola_run.model, curve.train, {"": path}, resolution=5, lam=0.5)
    words = alt_text(picture)
    assert "leaves the map: it is drawn up to point 2 of 4" in words and "diverges" not in words
    assert f"Its last loss is {number(parabola_run.epochs[-1].loss or 0)}." in words
    assert "leaves the map" in {text.get_text() for text in picture.axes[0].texts}
    run = dataclasses.replace(parabola_run, path=path)
    assert "leaves the map" in alt_text(loss_contour(run, curve.train, resolution=5))
    told = alt_text(loss_contour(dataclasses.replace(run, diverged=2), curve.train, resolution=5))
    assert "diverges: it is drawn up to point 2 of 4" in told and "leaves the map" not in told


def test_the_words_on_the_map_stay_on_it(parabola_run: Run, diverged_run: Run, curve: Split) -> None:
    start, end = parabola_run.w0, parabola_run.w
    back = dataclasses.replace(parabola_run, path=np.stack([start, end, start + 100.0, end]))
    for run in (parabola_run, diverged_run, back):
        picture = loss_contour(run, curve.train, resolution=7)
        picture.draw_without_rendering()
        ax = picture.axes[0]
        for text in ax.texts:
            box = text.get_window_extent()
            assert ax.bbox.x0 - 5 < box.x0 and box.x1 < ax.bbox.x1 + 5, text.get_text()


def test_a_race_names_its_runs_after_what_differs(curve: Split) -> None:
    runs = raced(curve)
    picture = race(runs, curve.train, resolution=7)
    assert [text.get_text() for text in picture.legends[0].get_texts()] == ["SGD(lr=0.05)", "Momentum(lr=0.01)"]
    # All start at the same w; the plane goes through the end of the better run.
    first, second = drawn_paths(picture)
    np.testing.assert_allclose(first[0], second[0], atol=1e-9)
    better = int(np.argmin([run.epochs[-1].loss for run in runs]))
    np.testing.assert_allclose((first, second)[better][-1], [0, 0], atol=1e-9)


def raced(curve: Split, lams: tuple[float, float] = (0.0, 0.0)) -> list[Run]:
    runs = []
    for optimizer, lam in zip((SGD(0.05), Momentum(0.01)), lams, strict=True):
        with SyncSGD(parabola(), optimizer, workers=1, batch_size=10, lam=lam, engine="serial") as trainer:
            runs.append(trainer.fit(curve.train, epochs=4, progress=False))
    return runs


def test_a_race_tells_the_residual_of_each_path_and_the_worst_height(curve: Split) -> None:
    runs = dict(zip(("first", "second"), raced(curve), strict=True))
    best = min(runs.values(), key=lambda run: run.epochs[-1].loss)
    plane = pca_plane(np.concatenate([path_of(run) for run in runs.values()]), best.w)
    objective = Objective(best.model, curve.train)
    words = alt_text(race(runs, curve.train, resolution=5))
    errors = []
    for name, run in runs.items():
        path = path_of(run)
        assert f"{name} by up to {number(plane.distance(path).max())} (" in words
        walk = follow(objective, path)
        assert walk is not None
        for i, true in zip(walk.seen, walk.losses, strict=True):
            drawn = objective(plane.point(*plane.coordinates(path[[i]])[0]))
            told = f"At point {i + 1} of {len(path)} of {name} it is {number(drawn)}, in truth {number(true)}."
            errors.append((abs(drawn - true), told))
    assert max(errors, key=lambda error: error[0])[1] in words  # the first of equals: both begin at the same w


def test_paths_in_the_plane_are_told_to_be_exact_together(curve: Split) -> None:
    model = parabola()
    start, end = model.init(1), model.init(2)
    paths = {"there": np.linspace(start, end, 5), "half": np.linspace(start, (start + end) / 2, 5)}
    assert "All paths lie in this plane" in alt_text(contour(model, curve.train, paths, resolution=5))


def test_a_path_whose_end_is_off_the_plane_is_not_told_to_be_exact_there(parabola_run: Run, curve: Split) -> None:
    size = parabola_run.model.size
    plane = Plane(parabola_run.w + 0.1, np.eye(size)[:2], ("a", "b"))
    words = alt_text(loss_contour(parabola_run, curve.train, plane=plane, resolution=5))
    assert "extent): the height drawn is not the true loss" in words
    assert "away from its end" in alt_text(loss_contour(parabola_run, curve.train, resolution=5))


def test_a_race_of_runs_with_different_penalties_says_whose_loss_it_draws(curve: Split) -> None:
    one, other = raced(curve, (0.5, 2.0))
    told = "The loss is that of λ = 0.5; trained with another λ: 2 (other)."
    assert told in alt_text(race({"one": one, "other": other}, curve.train, resolution=5))
    assert "λ" not in alt_text(race({"one": one, "other": one}, curve.train, resolution=5))


def test_a_race_of_different_networks_is_refused(parabola_run: Run, digits_run: Run, curve: Split) -> None:
    with pytest.raises(ValueError, match="a: 16, b: 7,950"):
        race({"a": parabola_run, "b": digits_run}, curve.train)
