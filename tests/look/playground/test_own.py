"""A student's own functions."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.look.playground.own import Own, arguments_of
from sgdkit.look.playground.settings import OWN
from sgdkit.look.playground.start import first_settings
from sgdkit.optimizers import SGD, Momentum


def update(w, g, lr):
    return w - 2 * lr * g


def test_an_optimizer_may_be_an_instance_a_class_or_a_function():
    w, g = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    mine = Momentum(0.3)
    assert Own(optimizer=mine).make_optimizer(OWN, 0.05) is mine and mine.lr == 0.05
    assert isinstance(Own(optimizer=Momentum).make_optimizer(OWN, 0.1), Momentum)
    np.testing.assert_allclose(Own(optimizer=update).make_optimizer(OWN, 0.1).step(w.copy(), g), w - 0.2 * g)
    assert isinstance(Own(optimizer=update).make_optimizer("SGD", 0.1), SGD)  # the list still has the others
    with pytest.raises(ValueError, match="give the new w"):
        Own(optimizer=lambda w, g, lr: g[:1]).make_optimizer(OWN, 0.1).step(w, g)
    with pytest.raises(ValueError, match="an Optimizer is needed"):
        Own(optimizer=lambda lr: 3).make_optimizer(OWN, 0.1)


def test_a_gradient_with_lam_is_called_without_penalty():
    def gradient(w, X, Y, lam):
        return X.sum(axis=0) + lam * w

    adapted = Own(gradient=gradient).arguments()["gradient"]
    assert adapted(np.array([5.0]), np.array([[1.0], [2.0]]), None).tolist() == [3.0]
    assert (
        arguments_of(gradient) == 4 and arguments_of(lambda w, X, Y, lam=0: w) == 3 and arguments_of(np.add) in (2, 3)
    )


def test_what_cannot_be_called_is_refused():
    with pytest.raises(ValueError, match="gradient = 3: give a function"):
        Own(gradient=3)
    with pytest.raises(ValueError, match="optimizer = 'Adam'"):
        Own(optimizer="Adam")


def test_the_first_settings_fit_what_is_ones_own():
    assert first_settings(None, Own(), 2).network == "parabola, 5 nodes"
    assert first_settings(None, Own(gradient=lambda w, X, Y, lam: w), 2).network == "parabola, 10 nodes"
    mine = first_settings(None, Own(optimizer=Momentum(0.03)), 3)
    assert (mine.optimizer, mine.lr, mine.workers) == (OWN, 0.03, 3)
    assert Own(gradient=update, optimizer=update).names() == ["gradient", "optimizer"]
