"""Hessian-vector products against differences of the gradient, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sgdkit.models import (
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Images,
    MaxPool2d,
    Network,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    ann,
    cnn,
    lenet,
    lorenz,
    parabola,
)
from tests.models.reference import examples, relative_error, smooth_between


def difference(network, w, X, Y, v, h):
    return (network.gradient(w + h * v, X, Y) - network.gradient(w - h * v, X, Y)) / (2 * h)


def every_layer(loss):
    layers = [
        Images(4, 4, 1),
        Conv2d(1, 2, 3),
        Tanh(),
        Conv2d(2, 3, 3),
        MaxPool2d(),
        ReLU(),
        Flatten(),
        Dense(12, 5),
        Sigmoid(),
        Dropout(0.5),
        Dense(5, 3, bias=False),
    ]
    return Network("every layer", layers, loss, inputs=16, classifier=True, block=3)


@pytest.mark.parametrize("loss", [SquaredError(), SoftmaxCrossEntropy()])
@pytest.mark.parametrize("n", [1, 3, 8])
def test_the_product_is_the_derivative_of_the_gradient_through_every_layer(loss, n):
    network = every_layer(loss)
    w, X, Y = examples(network, n)
    for seed in range(5):
        v = np.random.default_rng(seed).standard_normal(network.size)
        assert smooth_between(network, w, X, 1e-6 * v), "choose another seed: an example crosses a kink"
        assert relative_error(network.hessian_vector(w, X, Y, v), difference(network, w, X, Y, v, 1e-6)) < 1e-6


@pytest.mark.parametrize(
    ("make", "h"),
    [(parabola, 1e-5), (lambda: ann(10), 1e-6), (lambda: lorenz([5, 8, 5]), 1e-6), (cnn, 1e-8), (lenet, 1e-8)],
)
def test_the_courses_networks(make, h):
    network = make()
    w, X, Y = examples(network, 3)
    v = np.random.default_rng(1).standard_normal(network.size)
    v /= 1 if network.size < 10_000 else np.sqrt(network.size) / 10
    assert smooth_between(network, w, X, h * v), "choose another seed: an example crosses a kink"
    assert relative_error(network.hessian_vector(w, X, Y, v), difference(network, w, X, Y, v, h)) < 1e-6


@settings(deadline=None, max_examples=30)
@given(
    n=st.integers(1, 8),
    hidden=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    activation=st.sampled_from([Tanh, Sigmoid, ReLU]),
    seed=st.integers(0, 10**6),
)
def test_dense_networks_of_any_shape(n, hidden, activation, seed):
    layers, width = [], 3
    for nodes in hidden:
        layers += [Dense(width, nodes), activation()]
        width = nodes
    network = Network("any", [*layers, Dense(width, 2)], SquaredError(), inputs=3, block=3)
    w, X, Y = examples(network, n, seed)
    u, v = np.random.default_rng(seed).standard_normal((2, network.size))
    assume(smooth_between(network, w, X, 1e-6 * v))
    Hv, Hu = network.hessian_vector(w, X, Y, v), network.hessian_vector(w, X, Y, u)
    numeric = difference(network, w, X, Y, v, 1e-6)
    assert np.linalg.norm(Hv - numeric) < 1e-6 * max(1, np.linalg.norm(Hv))
    # symmetric, linear in v, additive over shards
    assert u @ Hv == pytest.approx(v @ Hu, rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(network.hessian_vector(w, X, Y, 2 * v - u), 2 * Hv - Hu, rtol=1e-9, atol=1e-9)
    if n > 1:
        parts = network.hessian_vector(w, X[:1], Y[:1], v) + network.hessian_vector(w, X[1:], Y[1:], v)
        np.testing.assert_allclose(parts, Hv, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("loss", [SquaredError(), SoftmaxCrossEntropy()])
def test_the_gauss_newton_matrix_has_no_negative_curvature_and_is_right_for_a_linear_network(loss):
    network = every_layer(loss)
    w, X, Y = examples(network, 5)
    G = np.array([network.gauss_newton_vector(w, X, Y, v) for v in np.eye(network.size)])
    np.testing.assert_allclose(G, G.T, atol=1e-12)
    assert np.linalg.eigvalsh(G).min() > -1e-12 * np.abs(G).max()
    linear = Network("linear", [Dense(4, 3)], loss, inputs=4, classifier=True)
    w, X, Y = examples(linear, 6)
    for v in np.eye(linear.size):
        np.testing.assert_allclose(
            linear.gauss_newton_vector(w, X, Y, v), linear.hessian_vector(w, X, Y, v), atol=1e-12
        )


def test_the_gauss_newton_product_is_jt_l_j():
    network = ann(2)
    w, X, Y = examples(network, 3)
    v = np.random.default_rng(0).standard_normal(network.size)
    h = 1e-6
    Jv = (network.predict(w + h * v, X) - network.predict(w - h * v, X)) / (2 * h)
    # With targets ŷ - J v the slope of the squared error is J v, so its gradient is Jᵀ J v.
    expected = network.gradient(w, X, network.predict(w, X) - Jv)
    assert relative_error(network.gauss_newton_vector(w, X, Y, v), expected) < 1e-8


def test_a_quadratic_has_its_own_matrix():
    network = Network("line", [Dense(2, 1)], SquaredError(), inputs=2)
    w, X, Y = examples(network, 9)
    A = np.hstack([X, np.ones((9, 1))])
    H = np.array([network.hessian_vector(w, X, Y, v) for v in np.eye(3)])
    np.testing.assert_allclose(H, A.T @ A, rtol=1e-13)


def test_float32_works_and_agrees():
    network = cnn()
    w, X, Y = examples(network, 3)
    v = np.random.default_rng(1).standard_normal(network.size)
    narrow = network.hessian_vector(*(a.astype(np.float32) for a in (w, X, Y, v)))
    assert narrow.dtype == np.float32
    assert relative_error(narrow, network.hessian_vector(w, X, Y, v)) < 1e-3


def test_a_wrong_v_is_refused():
    network = parabola()
    w, X, Y = examples(network, 3)
    for product in (network.hessian_vector, network.gauss_newton_vector):
        with pytest.raises(ValueError, match="v must be a vector of 16"):
            product(w, X, Y, w[:5])
        with pytest.raises(ValueError, match="v is float32 but w is float64"):
            product(w, X, Y, w.astype(np.float32))
        with pytest.raises(ValueError, match="v contains NaN"):
            product(w, X, Y, w * np.nan)
