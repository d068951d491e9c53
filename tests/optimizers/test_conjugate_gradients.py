"""The two ways to solve Newton's equation, on matrices small enough to solve otherwise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit.optimizers.conjugate_gradients import ConjugateGradients
from sgdkit.optimizers.direct import Direct, dense_hessian
from tests.optimizers.serial_curvature import SerialCurvature, positive_definite, quadratic


def ask(H, counts_at=None):
    """The curvature of a quadratic with this Hessian."""
    return SerialCurvature(quadratic(H, np.zeros(len(H), H.dtype)), np.zeros(len(H), H.dtype))


def model(H, g, p):
    return g @ p + p @ H @ p / 2


@settings(deadline=None, max_examples=50)
@given(size=st.integers(1, 12), seed=st.integers(0, 10**6), tau=st.floats(0, 10))
def test_both_solve_the_damped_equation(size, seed, tau):
    H, g = positive_definite(size, seed), np.random.default_rng(seed + 1).normal(size=size)
    expected = np.linalg.solve(H + tau * np.eye(size), -g)
    for equation in (Direct(g, ask(H)), ConjugateGradients(g, ask(H), steps=3 * size, tolerance=1e-13)):
        p, Hp, used = equation.solve(tau)
        assert used == tau
        np.testing.assert_allclose(p, expected, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(Hp, H @ p, rtol=1e-8, atol=1e-10)


def test_conjugate_gradients_need_as_many_products_as_there_are_eigenvalues():
    Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(60, 60)))
    H = (Q * np.repeat([1.0, 4.0, 9.0], 20)) @ Q.T
    curvature = ask((H + H.T) / 2)
    ConjugateGradients(Q.sum(axis=1), curvature, steps=60, tolerance=1e-8).solve(0)
    assert curvature.products == 3


def test_they_stop_at_the_tolerance_and_at_the_limit():
    H, g = positive_definite(40, seed=3), np.random.default_rng(4).normal(size=40)
    curvature = ask(H)
    p = ConjugateGradients(g, curvature, steps=40, tolerance=0.1).solve(0).p
    assert np.linalg.norm(H @ p + g) <= 0.1 * np.linalg.norm(g)
    assert curvature.products < 15
    curvature = ask(H)
    ConjugateGradients(g, curvature, steps=2, tolerance=1e-10).solve(0)
    assert curvature.products == 2


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 8))
def test_every_truncated_step_goes_down_and_is_longer_than_the_one_before(seed, steps):
    H, g = positive_definite(8, seed), np.random.default_rng(seed + 1).normal(size=8)
    shorter = ConjugateGradients(g, ask(H), steps, tolerance=1e-14).solve(0)
    longer = ConjugateGradients(g, ask(H), steps + 1, tolerance=1e-14).solve(0)
    assert model(H, g, longer.p) <= model(H, g, shorter.p) + 1e-12 < 1e-12
    assert np.linalg.norm(longer.p) >= np.linalg.norm(shorter.p) * (1 - 1e-9)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6))
def test_of_an_indefinite_hessian_both_make_a_step_downhill(seed):
    rng = np.random.default_rng(seed)
    A, g = rng.normal(size=(6, 6)), rng.normal(size=6)
    H = A + A.T - 3 * np.eye(6)
    plain = np.linalg.solve(H, -g)
    for equation in (Direct(g, ask(H)), ConjugateGradients(g, ask(H), steps=6, tolerance=1e-10)):
        p, Hp, _ = equation.solve(0.0)
        assert g @ p < 0
        assert model(H, g, p) < 0
        np.testing.assert_allclose(Hp, H @ p, rtol=1e-7, atol=1e-9)
        assert not np.allclose(p, plain)


def test_direct_damping_makes_the_worst_direction_count_as_curving_up():
    H = np.diag([-2.0, 1.0, 5.0])
    solution = Direct(np.ones(3), ask(H)).solve(0.0)
    assert solution.tau == pytest.approx(4)
    np.testing.assert_allclose(solution.p, [-1 / 2, -1 / 5, -1 / 9])


def test_conjugate_gradients_follow_negative_curvature_as_far_as_if_it_were_positive():
    g = np.array([2.0, 0.0])
    p, Hp, _ = ConjugateGradients(g, ask(np.diag([-4.0, 1.0])), steps=5, tolerance=1e-10).solve(0.0)
    np.testing.assert_allclose(p, [-0.5, 0])
    np.testing.assert_allclose(Hp, [2, 0])


def test_no_curvature_at_all_still_gives_finite_steps():
    g, H = np.array([1.0, -2.0]), np.zeros((2, 2))
    assert np.isfinite(Direct(g, ask(H)).solve(0.0).p).all()
    damped = ConjugateGradients(g, ask(H), steps=5, tolerance=1e-10).solve(2.0).p
    np.testing.assert_allclose(damped, -g / 2)


@pytest.mark.parametrize("g", [np.zeros(3), np.zeros(3, np.float32)], ids=["float64", "float32"])
def test_at_a_lowest_point_the_step_is_zero(g):
    H = positive_definite(3, 0, g.dtype)
    for equation in (Direct(g, ask(H)), ConjugateGradients(g, ask(H), steps=5, tolerance=1e-3)):
        p = equation.solve(0.0).p
        assert p.dtype == g.dtype
        assert not p.any()


def test_the_dense_hessian_is_the_one_asked():
    H = positive_definite(5, 2)
    np.testing.assert_allclose(dense_hessian(ask(H), np.zeros(5)), H, rtol=1e-15)


def test_the_dense_hessian_does_not_keep_the_buffer_of_the_answers():
    H, buffer = positive_definite(4, 1), np.empty(4)

    def curvature(v):
        np.matmul(H, v, out=buffer)
        return buffer

    np.testing.assert_allclose(dense_hessian(curvature, np.zeros(4)), H, rtol=1e-15)


def test_a_hessian_that_is_not_symmetric_is_refused_with_the_place():
    H = positive_definite(5, 2)
    H[3, 1] += 1e-3
    with pytest.raises(ValueError, match=r"not symmetric: H\[(1, 3|3, 1)\] = .* compare hessian_vector"):
        Direct(np.ones(5), ask(H))


def test_a_hessian_that_is_not_finite_is_refused():
    H = positive_definite(3, 2)
    H[1, 1] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        Direct(np.ones(3), ask(H))
