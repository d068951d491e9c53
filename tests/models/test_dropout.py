"""Dropout: random, but a function of (seed, step, position in the mini-batch) alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit.models import Dense, Dropout, Memory, Network, SquaredError, Tanh, cnn, lenet
from tests.models.reference import examples, relative_error

NONE = np.empty(0)


def mask(draw, n, features=20, p=0.5, dtype=np.float64):
    memory = Memory()
    memory.draw = draw
    return Dropout(p).forward(NONE, np.ones((n, features), dtype), memory).copy()


def network():
    layers = [Dense(4, 30), Tanh(), Dropout(0.3), Dense(30, 6), Tanh(), Dropout(0.5), Dense(6, 2)]
    return Network("dropout", layers, SquaredError(), inputs=4, block=3)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 20), st.lists(st.integers(0, 20), max_size=4), st.integers(1, 40), st.integers(0, 2**40))
def test_a_mask_does_not_depend_on_the_split(n, cuts, features, seed):
    whole = mask((seed, 3, 0, 0), n, features)
    edges = sorted({0, n, *(cut for cut in cuts if cut < n)})
    shards = [mask((seed, 3, 0, a), b - a, features) for a, b in zip(edges, edges[1:], strict=False)]
    assert np.array_equal(np.concatenate(shards), whole)


def test_a_mask_is_another_one_for_every_seed_step_layer_and_position():
    first = mask((1, 2, 3, 4), 1, 64)
    assert np.array_equal(first, mask((1, 2, 3, 4), 1, 64))
    for other in [(0, 2, 3, 4), (1, 0, 3, 4), (1, 2, 0, 4), (1, 2, 3, 0)]:
        assert not np.array_equal(first, mask(other, 1, 64))


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_are_dropped_with_probability_p_and_the_rest_scaled(p, dtype):
    drawn = mask((0, 0, 0, 0), 1000, 100, p, dtype)
    kept = drawn[drawn != 0]
    assert drawn.dtype == dtype
    np.testing.assert_allclose(kept, 1 / (1 - p), rtol=1e-6)
    assert np.mean(drawn == 0) == pytest.approx(p, abs=5 * 0.5 / np.sqrt(drawn.size))
    # neighbours are dropped independently of each other
    alike = np.mean((drawn[:, 1:] == 0) == (drawn[:, :-1] == 0))
    assert alike == pytest.approx(p**2 + (1 - p) ** 2, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 12), st.integers(1, 11), st.integers(0, 1000))
def test_shards_of_a_network_with_dropout_sum_to_the_whole(n, cut, step):
    net = network()
    w, X, Y = examples(net, n, seed=step)
    cut = min(cut, n - 1)
    loss, gradient = net.loss_and_gradient(w, X, Y, draw=(5, step, 0))
    a_loss, a = net.loss_and_gradient(w, X[:cut], Y[:cut], draw=(5, step, 0))
    b_loss, b = net.loss_and_gradient(w, X[cut:], Y[cut:], draw=(5, step, cut))
    assert a_loss + b_loss == pytest.approx(loss, rel=1e-12)
    assert relative_error(a + b, gradient) < 1e-12


def test_the_gradient_is_that_of_the_loss_with_these_masks():
    net = network()
    w, X, Y = examples(net, 7)
    draw = (0, 9, 2)
    _, gradient = net.loss_and_gradient(w, X, Y, draw=draw)
    h = 1e-6
    numeric = []
    for direction in np.eye(net.size):
        up, down = (net.loss_and_gradient(w + s * direction, X, Y, draw=draw)[0] for s in (h, -h))
        numeric.append((up - down) / (2 * h))
    assert relative_error(gradient, np.array(numeric)) < 1e-6


def test_without_draw_nothing_is_dropped_and_a_draw_leaves_no_trace():
    net = network()
    w, X, Y = examples(net, 7)
    loss, gradient = net.loss_and_gradient(w, X, Y)
    dropped = net.loss_and_gradient(w, X, Y, draw=(0, 0, 0))
    assert dropped[0] != loss
    again = net.loss_and_gradient(w, X, Y)
    assert again[0] == loss and np.array_equal(again[1], gradient)
    assert net.loss(w, X, Y) == loss
    repeated = net.loss_and_gradient(w, X, Y, draw=(0, 0, 0))
    assert repeated[0] == dropped[0] and np.array_equal(repeated[1], dropped[1])


def test_an_error_in_the_middle_leaves_dropout_off():
    net = network()
    w, X, Y = examples(net, 7)
    loss = net.loss(w, X, Y)
    with pytest.raises(TypeError):
        net.loss_and_gradient(w, X, None, draw=(0, 0, 0), check=False)
    assert net.loss(w, X, Y) == loss


def test_a_network_says_whether_it_draws():
    assert lenet().random
    assert not cnn().random


@pytest.mark.parametrize("p", [-0.1, 1.0, 2.0])
def test_impossible_probabilities_are_refused(p):
    with pytest.raises(ValueError, match="from 0 to below 1"):
        Dropout(p)
