"""Newton's method on quadratics, at saddles and on the course's networks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit import data
from sgdkit.models import ann, parabola
from sgdkit.optimizers import SGD, Momentum, Newton
from tests.optimizers.serial_curvature import (
    Function,
    NetworkObjective,
    SerialCurvature,
    positive_definite,
    quadratic,
)

WAYS = pytest.mark.parametrize(
    "newton",
    [lambda **k: Newton(**k), lambda **k: Newton(direct=0, tolerance=1e-10, **k)],
    ids=["direct", "conjugate gradients"],
)


def minimise(optimizer, objective, w, steps):
    """The objective before every step and at the end."""
    losses = [objective.loss(w)]
    for _ in range(steps):
        if optimizer.needs_curvature:
            optimizer.step(w, objective.gradient(w), SerialCurvature(objective, w))
        else:
            optimizer.step(w, objective.gradient(w))
        losses.append(objective.loss(w))
    return losses


@WAYS
@settings(deadline=None, max_examples=30)
@given(size=st.integers(1, 20), seed=st.integers(0, 10**6))
def test_one_step_solves_a_quadratic(newton, size, seed):
    lowest = np.random.default_rng(seed).normal(size=size)
    w = np.random.default_rng(seed + 1).normal(size=size)
    minimise(newton(), quadratic(positive_definite(size, seed), lowest), w, steps=1)
    np.testing.assert_allclose(w, lowest, rtol=1e-8, atol=1e-8)


@WAYS
def test_one_step_solves_a_quadratic_in_float32(newton):
    lowest = np.linspace(-1, 1, 10, dtype=np.float32)
    w = np.zeros(10, np.float32)
    assert minimise(newton(), quadratic(positive_definite(10, 0, np.float32), lowest), w, 1)[-1] < 1e-8
    assert w.dtype == np.float32
    np.testing.assert_allclose(w, lowest, atol=1e-4)


@WAYS
def test_ridge_regression_is_solved_in_one_step_with_lambda_in_the_hessian(newton):
    """J/N of one linear layer is a quadratic whose lowest point the normal equations give."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 4)), rng.normal(size=30)
    n, lam = 30, 5.0
    stacked = np.vstack([X, np.sqrt(lam) * np.eye(4)])
    objective = Function(
        lambda w: float(np.sum((X @ w - y) ** 2)) / (2 * n) + lam / (2 * n) * float(w @ w),
        lambda w: X.T @ (X @ w - y) / n + lam / n * w,
        lambda w: X.T @ X / n + lam / n * np.eye(4),
    )
    w = np.zeros(4)
    minimise(newton(), objective, w, steps=1)
    np.testing.assert_allclose(w, np.linalg.lstsq(stacked, np.append(y, np.zeros(4)))[0])


def test_damped_steps_by_value():
    """With τ set, a step is −(H + τI)⁻¹ g; a quadratic keeps its promise, so τ falls to a quarter."""
    H, lowest = positive_definite(4, 7), np.arange(4.0)
    optimizer, w, expected = Newton(damping=2.0), np.zeros(4), np.zeros(4)
    for tau in (2.0, 0.5, 0.125):
        assert optimizer.tau == tau
        minimise(optimizer, quadratic(H, lowest), w, 1)
        expected = expected - np.linalg.solve(H + tau * np.eye(4), H @ (expected - lowest))
        np.testing.assert_allclose(w, expected, rtol=1e-10)


def test_lr_scales_the_step():
    H, lowest, w = positive_definite(3, 0), np.ones(3), np.zeros(3)
    minimise(Newton(lr=0.25), quadratic(H, lowest), w, 1)
    np.testing.assert_allclose(w, 0.25 * lowest)


def test_the_promise_of_a_scaled_step_is_the_models_too():
    """lr = 1.8 nearly climbs up the other side: the model says so, the quadratic agrees, so τ falls."""
    optimizer = Newton(lr=1.8, damping=0.01)
    minimise(optimizer, quadratic(positive_definite(3, 0), np.ones(3)), np.zeros(3), 1)
    assert optimizer.tau == 0.0025


def test_a_small_damping_becomes_none():
    optimizer = Newton(damping=1e-9)
    minimise(optimizer, quadratic(positive_definite(3, 0), np.ones(3)), np.zeros(3), 1)
    assert optimizer.tau == 0


# x² − y² + y⁴/2: a saddle at 0, lowest points at (0, ±1).
SADDLE = Function(
    lambda w: float(w[0] ** 2 - w[1] ** 2 + w[1] ** 4 / 2),
    lambda w: np.array([2 * w[0], -2 * w[1] + 2 * w[1] ** 3]),
    lambda w: np.diag([2.0, -2 + 6 * w[1] ** 2]),
)


@WAYS
@pytest.mark.parametrize("y", [1e-3, -0.3])
def test_it_leaves_the_saddle_that_attracts_plain_newton(newton, y):
    plain = np.array([1.0, y])
    for _ in range(20):
        plain -= np.linalg.solve(SADDLE.hessian(plain), SADDLE.gradient(plain))
    np.testing.assert_allclose(plain, 0, atol=1e-8)

    w = np.array([1.0, y])
    losses = minimise(newton(), SADDLE, w, 20)
    np.testing.assert_allclose(w, [0, np.sign(y)], atol=1e-6)
    assert np.all(np.diff(losses) <= 1e-12)


@WAYS
def test_a_step_that_would_raise_the_loss_is_not_taken(newton):
    """From |w| > 1.09 plain Newton on √(1 + w²) jumps ever farther out."""
    objective = Function(
        lambda w: float(np.sqrt(1 + w[0] ** 2)),
        lambda w: w / np.sqrt(1 + w**2),
        lambda w: np.array([[(1 + w[0] ** 2) ** -1.5]]),
    )
    w = np.array([3.0])
    losses = minimise(newton(), objective, w, 20)
    assert np.all(np.diff(losses) <= 1e-12)
    assert abs(w[0]) < 1e-6


@WAYS
def test_where_no_trial_helps_w_stays_and_the_damping_has_grown(newton):
    wrong_sign = Function(lambda w: float(w @ w), lambda w: -2 * w, lambda w: 2 * np.eye(2))
    optimizer, w = newton(trials=4), np.array([1.0, 2.0])
    minimise(optimizer, wrong_sign, w, 1)
    np.testing.assert_array_equal(w, [1, 2])
    assert optimizer.tau == pytest.approx(2e-3 * 4**3)


def test_a_trial_whose_loss_overflows_is_a_bad_one():
    def loss(w):
        return float("nan") if abs(w[0]) > 1 else float(1 + w[0])

    objective = Function(loss, lambda w: np.ones(1), lambda w: np.array([[0.01]]))
    w = np.zeros(1)
    minimise(Newton(trials=40), objective, w, 1)
    assert -1 <= w[0] < 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_the_parabola_20_steps_reach_what_sgd_does_not_in_2000(seed):
    """Full batch of 50, no λ; SGD at its best, with several constant rates up to where it jumps about."""
    objective = NetworkObjective(parabola(), data.parabola().train)
    newton = [minimise(Newton(direct=direct), objective, parabola().init(seed), 20) for direct in (500, 0)]
    for losses in newton:
        assert losses[-1] < 3e-4
        assert np.all(np.diff(losses) <= 0)
    for lr in (0.1, 0.2, 0.3, 0.4):
        sgd = minimise(SGD(lr), objective, parabola().init(seed), 2000)
        assert min(sgd) > 2 * max(losses[-1] for losses in newton), lr


def test_conjugate_gradients_train_the_ann_with_few_products():
    """200 digits, 7,950 parameters: 8 steps against momentum SGD with as many passes over the data."""
    digits = data.digits().train.take(slice(0, 200))
    objective = NetworkObjective(ann(hidden=10), digits, lam=1.0)
    w, products = ann(hidden=10).init(0), 0
    optimizer = Newton(cg_steps=15, tolerance=0.05)
    for _ in range(8):
        curvature = SerialCurvature(objective, w)
        optimizer.step(w, objective.gradient(w), curvature)
        products += curvature.products
    peer = minimise(Momentum(0.05), objective, ann(hidden=10).init(0), 8 + products)
    assert objective.loss(w) < 0.25
    assert objective.loss(w) < min(peer) / 2


def test_the_networks_gradient_and_curvature_belong_together():
    """H·v against a central difference of the gradient of the same objective, λ included."""
    objective = NetworkObjective(parabola(), data.parabola().train, lam=3.0)
    w, v = parabola().init(4), np.random.default_rng(4).normal(size=16)
    h = 1e-5
    difference = (objective.gradient(w + h * v) - objective.gradient(w - h * v)) / (2 * h)
    np.testing.assert_allclose(SerialCurvature(objective, w)(v), difference, rtol=1e-6, atol=1e-8)


def test_without_curvature_it_says_what_is_missing():
    with pytest.raises(ValueError, match="needs the curvature"):
        Newton().step(np.ones(2), np.ones(2))


def test_a_gradient_that_is_not_finite_is_refused_before_w_changes():
    w = np.ones(3)
    curvature = SerialCurvature(quadratic(np.eye(3), np.zeros(3)), w)
    with pytest.raises(ValueError, match="2 of 3 entries of g are not finite"):
        Newton().step(w, np.array([1.0, np.nan, np.inf]), curvature)
    np.testing.assert_array_equal(w, 1)


def test_shapes_that_do_not_fit():
    curvature = SerialCurvature(quadratic(np.eye(3), np.zeros(3)), np.ones(3))
    with pytest.raises(ValueError, match="w has shape"):
        Newton().step(np.ones(3), np.ones(4), curvature)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"damping": -1}, "damping = -1"),
        ({"damping": float("nan")}, "damping = nan"),
        ({"cg_steps": 0}, "cg_steps = 0"),
        ({"trials": 0}, "trials = 0"),
        ({"tolerance": 0}, "tolerance = 0"),
    ],
)
def test_settings_outside_their_range(setting, message):
    with pytest.raises(ValueError, match=message):
        Newton(**setting)
