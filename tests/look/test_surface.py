"""The grid of losses and its levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sgdkit import Pool
from sgdkit.data import Dataset, Split
from sgdkit.look.planes import pca_plane
from sgdkit.look.surface import Objective, axes_around, evaluate, levels, thin
from sgdkit.run import Run


def objective_by_hand(run: Run, data: Dataset, w: np.ndarray, lam: float) -> float:
    residual = run.model.predict(w, data.X) - data.Y
    return float(((residual**2).sum() / 2 + lam / 2 * (w**2).sum()) / len(data))


def test_every_point_of_the_grid_is_the_objective_there(parabola_run: Run, curve: Split) -> None:
    plane = pca_plane(parabola_run.path)
    objective = Objective(parabola_run.model, curve.train, 0.5 / len(curve.train))
    a, b = np.linspace(-1, 2, 5), np.linspace(-3, 1, 4)
    surface = evaluate(objective, plane, a, b)
    assert surface.loss.shape == (4, 5)
    for j in range(4):
        for i in range(5):
            by_hand = objective_by_hand(parabola_run, curve.train, plane.point(a[i], b[j]), 0.5)
            assert surface.loss[j, i] == pytest.approx(by_hand, rel=1e-12)


def test_a_pool_gives_the_same_grid(parabola_run: Run, curve: Split) -> None:
    plane = pca_plane(parabola_run.path)
    objective = Objective(parabola_run.model, curve.train)
    a, b = np.linspace(-1, 2, 6), np.linspace(-3, 1, 7)
    alone = evaluate(objective, plane, a, b)
    with Pool(2) as pool:
        together = evaluate(objective, plane, a, b, pool)
    np.testing.assert_array_equal(together.loss, alone.loss)


def test_the_last_epochs_loss_is_the_height_at_the_end(parabola_run: Run, curve: Split) -> None:
    objective = Objective(parabola_run.model, curve.train, 0.5 / len(curve.train))
    assert objective(parabola_run.w) == pytest.approx(parabola_run.epochs[-1].loss)


def test_weights_without_penalty_are_left_out(parabola_run: Run, curve: Split) -> None:
    class Weights:
        penalised = np.arange(16) < 3

        def __getattr__(self, name: str) -> object:
            return getattr(parabola_run.model, name)

    w = np.arange(16.0)
    plain = Objective(Weights(), curve.train)(w)
    assert Objective(Weights(), curve.train, decay=0.2)(w) - plain == pytest.approx(0.1 * (0 + 1 + 4))


@given(arrays(float, (6, 7), elements=st.floats(-1e6, 1e6)))
def test_levels_rise_and_lie_among_the_losses(loss: np.ndarray) -> None:
    chosen = levels(loss)
    assert len(chosen) >= 2
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] <= loss.min() + 1e-9 * abs(loss.min())
    assert (loss >= chosen[0] - 1e-9 * abs(chosen[0])).any()


def test_levels_of_a_bowl_are_even_rings() -> None:
    x = np.linspace(-1, 1, 101)
    chosen = levels(x[:, None] ** 2 + x**2, count=10)
    assert len(chosen) == 11
    steps = np.diff(np.sqrt(chosen))
    assert steps.max() < 1.6 * steps.min()


def test_levels_of_a_ravine_grow_by_a_factor() -> None:
    chosen = levels(np.geomspace(1e-6, 10, 400).reshape(20, 20), count=12)
    factors = chosen[1:] / chosen[:-1]
    assert factors.min() > 2


def test_levels_pass_over_what_is_not_finite() -> None:
    loss = np.array([[1.0, 2.0, np.nan], [3.0, np.inf, 4.0]])
    assert np.isfinite(levels(loss)).all()
    with pytest.raises(ValueError, match="nowhere finite"):
        levels(np.full((3, 3), np.nan))


def test_a_flat_surface_has_levels_around_it() -> None:
    low, high = levels(np.full((4, 4), 2.5))
    assert low < 2.5 < high


@given(arrays(float, (8, 2), elements=st.floats(-1e3, 1e3)))
def test_the_axes_hold_all_points_with_a_margin(points: np.ndarray) -> None:
    for axis, values in zip(axes_around(points, 11), points.T, strict=True):
        assert len(axis) == 11
        margin = 0.1 * (axis[-1] - axis[0])
        assert axis[0] + margin <= values.min() + 1e-9
        assert axis[-1] - margin >= values.max() - 1e-9


def test_a_path_along_one_axis_still_gets_some_height() -> None:
    a, b = axes_around(np.array([[0.0, 0.0], [10.0, 0.0]]), 5)
    assert np.ptp(b) == pytest.approx(0.4 * np.ptp(a))


def test_thinning_keeps_both_ends() -> None:
    assert thin(3, 10) == [0, 1, 2]
    chosen = thin(1000, 7)
    assert len(chosen) == 7
    assert chosen[0] == 0 and chosen[-1] == 999
