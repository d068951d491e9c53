"""A student's own functions."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.look.playground.own import Own, arguments_of
from sgdkit.look.playground.settings import OWN
from sgdkit.look.playground.start import first_settings
from sgdkit.optimizers import SGD, Momentum
from sgdkit.optimizers.schedules import StepDecay


def update(w, g, lr):
    return w - 2 * lr * g


class Heavy:
    """As the notebook 3-optimizers asks for it."""

    def __init__(self, lr, momentum):
        self.lr, self.momentum = lr, momentum
        self.v = np.zeros(2)

    def step(self, w, g):
        self.v *= self.momentum
        self.v += g
        return w - self.lr * self.v


class Plain:
    def __init__(self, lr):
        self.rate = lr

    def step(self, w, g):
        return w - self.rate * g


def heavy(lr):
    """As functions, for those who prefer them."""
    v = np.zeros(2)

    def step(w, g):
        v[:] = 0.9 * v + g
        return w - lr * v

    return step


W, G = np.array([1.0, 2.0]), np.array([0.5, -1.0])


def two_steps(own: Own, lr: float = 0.1) -> np.ndarray:
    made, w = own.make_optimizer(OWN, lr), W.copy()
    made.step(w, G)
    return made.step(w, G)


@pytest.mark.parametrize(
    "given", [Heavy(0.5, 0.9), lambda lr: Heavy(lr, 0.9), heavy, Momentum, Momentum(0.5), lambda lr: Momentum(lr)]
)
def test_an_optimizer_may_be_whatever_has_a_step_or_makes_such_a_thing_of_a_learning_rate(given):
    own = Own(optimizer=given)
    for _ in range(2):  # the second run begins as the first
        np.testing.assert_allclose(two_steps(own), W - 0.1 * 2.9 * G)
    assert own.takes_rate


def test_an_optimizer_may_be_a_class_of_a_learning_rate_or_one_function():
    np.testing.assert_allclose(two_steps(Own(optimizer=Plain)), W - 0.2 * G)
    np.testing.assert_allclose(two_steps(Own(optimizer=update)), W - 0.4 * G)
    assert isinstance(Own(optimizer=update).make_optimizer("SGD", 0.1), SGD)  # the list still has the others
    with pytest.raises(ValueError, match="give the new w"):
        Own(optimizer=lambda w, g, lr: g[:1]).make_optimizer(OWN, 0.1).step(W.copy(), G)
    with pytest.raises(ValueError, match=r"made 3 of a learning rate: it needs a method step\(w, g\)"):
        Own(optimizer=lambda lr: 3).make_optimizer(OWN, 0.1)


def test_ones_own_object_stays_as_it_is():
    mine, heavy_one = Momentum(0.3), Heavy(0.3, 0.9)
    assert Own(optimizer=mine).make_optimizer(OWN, 0.05).lr == 0.05 and mine.lr == 0.3
    two_steps(Own(optimizer=heavy_one))
    assert heavy_one.lr == 0.3 and not heavy_one.v.any()


def test_a_schedule_or_a_rate_of_another_name_stays_whatever_the_slider_says():
    schedule = StepDecay(0.2, 0.5, every=1)
    own = Own(optimizer=SGD(schedule))
    np.testing.assert_allclose(two_steps(own, lr=7.0), W - 0.3 * G)
    np.testing.assert_allclose(two_steps(Own(optimizer=Plain(0.2)), lr=7.0), W - 0.4 * G)
    assert not own.takes_rate and not Own(optimizer=Plain(0.2)).takes_rate


def test_an_optimizer_that_wants_more_is_refused_with_what_to_write():
    class Nothing:
        def step(self, w, g):
            return w

    with pytest.raises(ValueError, match=r"lr, momentum.* Write optimizer=lambda lr: Heavy\(lr, 0.9\)$"):
        Own(optimizer=Heavy)
    with pytest.raises(ValueError, match=r"Write optimizer=lambda lr: Nothing\(\)$"):
        Own(optimizer=Nothing)
    with pytest.raises(ValueError, match=r"it takes w, g, lr, mu. Give a function update\(w, g, lr\)"):
        Own(optimizer=lambda w, g, lr, mu: w)
    with pytest.raises(ValueError, match="it takes lr, mu"):
        Own(optimizer=lambda lr, mu: heavy(lr))


def test_what_a_run_uses_depends_on_the_optimizer_that_is_chosen():
    own = Own(average=len, optimizer=update)
    assert own.used(OWN) == ("average", "optimizer") and own.used("SGD") == ("average",)


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


@pytest.mark.parametrize("workers", [0, 9, 2.5, True, "2"])
def test_more_workers_than_the_slider_has_are_refused(workers):
    with pytest.raises(ValueError, match="give a whole number from 1 to 8, as on the slider"):
        first_settings(None, Own(), workers)


@pytest.mark.parametrize("lr", [1e-6, 11.0])
def test_a_learning_rate_that_the_slider_does_not_have_is_refused(lr):
    with pytest.raises(ValueError, match="give it one from 1e-05 to 10, as on the slider"):
        first_settings(None, Own(optimizer=SGD(lr)), 2)
    assert first_settings(None, Own(optimizer=SGD(lambda t: lr)), 2).lr == 0.1
