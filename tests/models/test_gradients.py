"""Gradients against central differences in float64, relative error below 1e-6."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sgdkit.models import (
    Conv2d,
    Dense,
    Flatten,
    Images,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
    ann,
    cnn,
    lenet,
    lorenz,
    parabola,
)
from tests.models.reference import examples, relative_error, slope, small_network, smooth_between

H = 1e-5


def image_layers(*layers):
    return [Images(4, 4, 2), *layers, Flatten(), Dense(32 if MaxPool2d not in map(type, layers) else 8, 3)]


SMALL = {
    "dense": ([Dense(4, 3)], 4),
    "dense without bias": ([Dense(4, 3, bias=False)], 4),
    "tanh": ([Dense(4, 5), Tanh(), Dense(5, 3)], 4),
    "sigmoid": ([Dense(4, 5), Sigmoid(), Dense(5, 3)], 4),
    "relu": ([Dense(4, 5), ReLU(), Dense(5, 3)], 4),
    "an activation first": ([Tanh(), Dense(4, 3)], 4),
    "an activation last": ([Dense(4, 3), Sigmoid()], 4),
    "convolution": (image_layers(Conv2d(2, 2, 3)), 32),
    "convolution of one channel": ([Images(4, 4), Conv2d(1, 2, 3), Flatten(), Dense(32, 3)], 16),
    "two convolutions": (image_layers(Conv2d(2, 1, 3), Tanh(), Conv2d(1, 2, 3)), 32),
    "kernel larger than the image": (image_layers(Conv2d(2, 2, 9)), 32),
    "pooling": (image_layers(Conv2d(2, 2, 3), MaxPool2d()), 32),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("n", [1, 2, 7])
def test_every_number_of_a_small_gradient(name, n):
    layers, inputs = SMALL[name]
    network = small_network(layers, inputs)
    w, X, Y = examples(network, n)
    numeric = np.empty_like(w)
    for i, direction in enumerate(np.eye(network.size)):
        assert smooth_between(network, w, X, H * direction), "choose another seed: an example crosses a kink"
        numeric[i] = slope(network, w, X, Y, direction, H)
    assert relative_error(network.gradient(w, X, Y), numeric) < 1e-6


@pytest.mark.parametrize("make", [parabola, lambda: ann(7), lambda: lorenz([5, 8, 8, 8, 5])])
def test_every_number_of_a_small_networks_gradient(make):
    network = make()
    w, X, Y = examples(network, 6)
    picked = np.arange(network.size) if network.size < 1000 else np.arange(0, network.size, 29)
    numeric = []
    for k in picked:
        direction = (np.arange(network.size) == k).astype(float)
        assert smooth_between(network, w, X, H * direction), "choose another seed: an example crosses a kink"
        numeric.append(slope(network, w, X, Y, direction, H))
    assert relative_error(network.gradient(w, X, Y)[picked], np.array(numeric)) < 1e-6


@pytest.mark.parametrize("make", [cnn, lenet])
def test_a_large_networks_gradient_along_directions_that_cross_no_kink(make):
    # Along a direction in all parameters some of the many thousand kinks would be crossed at any usable h. So a
    # direction changes one array only, in a few entries that matter, and one that still crosses is left out, knowingly.
    h = 1e-7
    network = make()
    w, X, Y = examples(network, 2)
    gradient = network.gradient(w, X, Y)
    rng = np.random.default_rng(1)
    used = []
    for name, array in network.arrays(np.arange(network.size, dtype=float)).items():
        entries = array.ravel().astype(int)
        entries = entries[np.abs(gradient[entries]) >= np.quantile(np.abs(gradient[entries]), 0.7)]
        entries = rng.choice(entries, size=min(6, entries.size), replace=False)
        direction = np.zeros(network.size)
        direction[entries] = np.sign(gradient[entries])  # so that the slopes add up and do not cancel
        if smooth_between(network, w, X, h * direction):
            used.append(name)
            numeric = slope(network, w, X, Y, direction, h)
            assert relative_error(gradient @ direction, numeric) < 1e-6, name
    assert {name[0] for name in used} >= {"1", "4", "8"}, "too many directions cross a kink: choose another seed"


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(1, 9),
    inputs=st.integers(1, 6),
    hidden=st.lists(st.integers(1, 6), max_size=3),
    activation=st.sampled_from([Tanh, Sigmoid, ReLU]),
    bias=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_dense_networks_of_any_shape(n, inputs, hidden, activation, bias, seed):
    layers, width = [], inputs
    for nodes in hidden:
        layers += [Dense(width, nodes, bias=bias), activation()]
        width = nodes
    network = small_network([*layers, Dense(width, 2)], inputs)
    w, X, Y = examples(network, n, seed)
    direction = np.random.default_rng(seed).standard_normal(network.size)
    assume(smooth_between(network, w, X, 1e-6 * direction))
    numeric = slope(network, w, X, Y, direction, 1e-6)
    scale = np.linalg.norm(network.gradient(w, X, Y)) * np.linalg.norm(direction)
    assert abs(network.gradient(w, X, Y) @ direction - numeric) < 1e-6 * max(scale, 1e-3)


@settings(deadline=None, max_examples=30)
@given(
    n=st.integers(1, 5),
    height=st.integers(1, 4),
    width=st.integers(1, 4),
    channels=st.integers(1, 3),
    filters=st.integers(1, 3),
    kernel=st.sampled_from([1, 3, 5]),
    pool=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_convolutional_networks_of_any_shape(n, height, width, channels, filters, kernel, pool, seed):
    height, width = 2 * height, 2 * width
    layers = [Images(height, width, channels), Conv2d(channels, filters, kernel), Tanh()]
    layers += [Conv2d(filters, 2, kernel)]
    layers += [MaxPool2d(), Flatten(), Dense(height * width // 2, 2)] if pool else [Flatten()]
    network = small_network(layers, height * width * channels)
    w, X, Y = examples(network, n, seed)
    direction = np.random.default_rng(seed).standard_normal(network.size)
    assume(smooth_between(network, w, X, 1e-6 * direction))
    numeric = slope(network, w, X, Y, direction, 1e-6)
    scale = np.linalg.norm(network.gradient(w, X, Y)) * np.linalg.norm(direction)
    assert abs(network.gradient(w, X, Y) @ direction - numeric) < 1e-6 * max(scale, 1e-3)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 12), cut=st.integers(0, 12), seed=st.integers(0, 10**6), dtype=st.sampled_from([4, 8]))
def test_shards_sum_to_the_whole(n, cut, seed, dtype):
    network = ann(5)
    w, X, Y = examples(network, n, seed, np.dtype(f"f{dtype}").type)
    loss, gradient = network.loss_and_gradient(w, X, Y)
    parts = [network.loss_and_gradient(w, X[s], Y[s]) for s in (slice(cut), slice(cut, None)) if len(X[s])]
    tolerance = 1e-5 if dtype == 4 else 1e-12
    assert sum(part[0] for part in parts) == pytest.approx(loss, rel=tolerance)
    assert relative_error(sum(part[1] for part in parts), gradient) < tolerance
    assert gradient.dtype == w.dtype


@pytest.mark.parametrize("make", [lambda: ann(10), cnn, lenet, lambda: lorenz([5, 8, 5]), parabola])
def test_float32_agrees_with_float64_to_its_own_precision(make):
    network = make()
    w, X, Y = examples(network, 5)
    loss, gradient = network.loss_and_gradient(w, X, Y)
    narrow_loss, narrow = network.loss_and_gradient(*(a.astype(np.float32) for a in (w, X, Y)))
    assert narrow.dtype == np.float32
    assert narrow_loss == pytest.approx(loss, rel=1e-5)
    assert relative_error(narrow, gradient) < 1e-4


@pytest.mark.parametrize("make", [lambda: ann(10), cnn, lambda: lorenz([5, 8, 5])])
def test_the_three_ways_to_ask_agree(make):
    network = make()
    w, X, Y = examples(network, 20)
    loss, gradient = network.loss_and_gradient(w, X, Y)
    assert network.loss(w, X, Y) == loss
    assert np.array_equal(network.gradient(w, X, Y), gradient)
    unchecked = network.loss_and_gradient(w, X, Y, check=False)
    assert unchecked[0] == loss and np.array_equal(unchecked[1], gradient)
