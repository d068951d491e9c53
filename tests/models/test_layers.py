"""Layers against plain loops, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit.models import (
    Conv2d,
    Dense,
    Flatten,
    Images,
    Layer,
    MaxPool2d,
    Memory,
    Network,
    ReLU,
    Sigmoid,
    SquaredError,
    Tanh,
)
from tests.models.reference import convolution, max_pool

NONE = np.empty(0)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 7),
    st.integers(1, 7),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from([1, 3, 5, 7]),
    st.sampled_from([np.float32, np.float64]),
)
def test_convolution_is_the_sum_over_the_window(height, width, n, channels, filters, kernel, dtype):
    rng = np.random.default_rng(height * 100 + width)
    layer = Conv2d(channels, filters, kernel)
    x = rng.standard_normal((height, width, n, channels)).astype(dtype)
    w = np.concatenate([a.ravel() for a in layer.init(rng)]).astype(dtype)
    w[-filters:] = rng.standard_normal(filters)
    y = layer.forward(w, x, Memory())
    expected = convolution(x, w[:-filters].reshape(kernel, kernel, channels, filters), w[-filters:])
    assert y.dtype == dtype
    np.testing.assert_allclose(y, expected, atol=1e-4 if dtype == np.float32 else 1e-12)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 3, 5]))
def test_the_way_back_through_a_convolution_is_its_transpose(height, width, channels, filters, kernel):
    # <A x, d> = <x, Aᵀ d> for all x and d
    rng = np.random.default_rng(height * 100 + width)
    layer, memory = Conv2d(channels, filters, kernel), Memory()
    w = np.concatenate([a.ravel() for a in layer.init(rng)])
    x = rng.standard_normal((height, width, 2, channels))
    d = rng.standard_normal((height, width, 2, filters))
    forward = np.vdot(layer.forward(w, x, memory), d)
    assert np.vdot(x, layer.backward(w, d, memory)) == pytest.approx(forward, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 10**6))
def test_pooling_gives_the_gradient_to_exactly_one_of_equal_numbers(height, width, channels, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 3, (2 * height, 2 * width, 2, channels)).astype(float)  # many ties
    layer, memory = MaxPool2d(), Memory()
    expected, winner = max_pool(x)
    y = layer.forward(NONE, x, memory)
    assert np.array_equal(y, expected)
    dy = rng.standard_normal(y.shape)
    dx = layer.backward(NONE, dy.copy(), memory)
    assert np.array_equal(dx[winner], np.repeat(np.repeat(dy, 2, axis=0), 2, axis=1)[winner])
    assert np.all(dx[~winner] == 0)
    assert np.array_equal(layer.direction(x, memory), expected)


def test_images_and_flatten_undo_each_other_with_channels_fastest():
    x = np.arange(2 * 12.0).reshape(2, 12)
    images = Images(2, 3, 2).forward(NONE, x, Memory())
    assert images.shape == (2, 3, 2, 2)
    assert images[1, 2, 0, 1] == x[0, (1 * 3 + 2) * 2 + 1]
    assert np.array_equal(Flatten().forward(NONE, images, Memory()), x)


@pytest.mark.parametrize("x", [-800.0, -20.0, -1.0, 0.0, 1.0, 20.0, 800.0])
def test_activations_by_value(x):
    array = np.array([[x]])
    assert Tanh().forward(NONE, array, Memory())[0, 0] == pytest.approx(np.tanh(x), rel=1e-15)
    expected = 1 / (1 + np.exp(-x)) if x > -700 else 0.0
    assert Sigmoid().forward(NONE, array, Memory())[0, 0] == pytest.approx(expected, abs=1e-15)
    assert ReLU().forward(NONE, array, Memory())[0, 0] == max(x, 0)


def test_relu_has_slope_0_at_0_and_lets_nan_through():
    memory = Memory()
    y = ReLU().forward(NONE, np.array([[-1.0, 0.0, 2.0, np.nan]]), memory)
    assert y[0, 3] != y[0, 3]
    assert ReLU().backward(NONE, np.ones((1, 4)), memory)[0, :3].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0, 3), "at least one input"),
        (lambda: Dense(3, 3, init="xavier"), "no initialisation 'xavier'"),
        (lambda: Conv2d(1, 1, 4), "odd side"),
        (lambda: Network("bad", [Dense(3, 4), Dense(5, 2)], SquaredError(), inputs=3), "takes 5 numbers"),
        (lambda: Network("bad", [Conv2d(1, 1)], SquaredError(), inputs=3), "takes images"),
        (lambda: Network("bad", [Images(3, 3), MaxPool2d()], SquaredError(), inputs=9), "even sides"),
        (lambda: Network("bad", [Images(3, 3)], SquaredError(), inputs=8), "takes 9 numbers"),
        (lambda: Network("bad", [Dense(3, 4), Flatten()], SquaredError(), inputs=3), "takes images"),
        (lambda: Network("bad", [Images(3, 3), Conv2d(1, 1)], SquaredError(), inputs=9), "row of outputs"),
        (lambda: Network("bad", [Tanh()], SquaredError(), inputs=9), "have parameters"),
    ],
)
def test_layers_that_do_not_fit_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_layer_says_which_method_it_lacks():
    class Half(Layer):
        def forward(self, w, x, memory):
            return x / 2

        def backward(self, w, dy, memory):
            return dy / 2

    network = Network("half", [Dense(2, 2), Half()], SquaredError(), inputs=2)
    w = network.init(0)
    X = np.ones((3, 2))
    network.gradient(w, X, X)
    with pytest.raises(NotImplementedError, match=r"Half needs an r_forward\(\)"):
        network.hessian_vector(w, X, X, w)
