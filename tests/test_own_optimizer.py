"""Somebody's own optimizer in the real trainer."""

import numpy as np
import pytest

from sgdkit import SGD, SyncSGD
from sgdkit.data import parabola as data
from sgdkit.models import parabola
from sgdkit.optimizers import Momentum
from sgdkit.own_optimizer import OwnNewton, OwnOptimizer

TRAIN = data().train


def train(optimizer, epochs=3, **settings):
    settings = {"workers": 2, "batch_size": 16, "lam": 0.5, "engine": "serial"} | settings
    with SyncSGD(parabola(), optimizer, **settings) as trainer:
        return trainer.fit(TRAIN, epochs, progress=False), trainer


class Mine:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.v = lr, momentum, 0.0

    def step(self, w, g):
        self.v = self.momentum * self.v + g
        return w - self.lr * self.v


def make(lr, momentum):
    v = 0.0

    def step(w, g):
        nonlocal v
        v = momentum * v + g
        w -= lr * v

    return step


@pytest.mark.parametrize("own", [Mine, make])
def test_a_class_and_a_closure_train_as_the_kits_own(own):
    run, trainer = train(OwnOptimizer(own, 0.02, 0.9))
    expected, _ = train(Momentum(0.02, 0.9))
    np.testing.assert_allclose(run.w, expected.w, rtol=1e-12)
    assert run.settings["optimizer"] == f"{own.__name__}(0.02, 0.9)" and run.settings["lr"] == 0.02


def test_every_run_begins_anew():
    optimizer = OwnOptimizer(Mine, 0.02, 0.9)
    with SyncSGD(parabola(), optimizer, engine="serial") as trainer:
        first, second = (trainer.fit(TRAIN, 2, progress=False).w for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_own_code_trains_on_the_pool_too():
    run, _ = train(OwnOptimizer(Mine, 0.02, 0.9), engine="pool")
    np.testing.assert_allclose(run.w, train(OwnOptimizer(Mine, 0.02, 0.9))[0].w, rtol=1e-12)


@pytest.mark.parametrize("result", [np.zeros(3), "w", np.zeros((16, 1))])
def test_a_step_that_returns_something_else_is_refused(result):
    with pytest.raises(ValueError, match="it must return the new w, numbers of the shape of w, \\(16,\\)"):
        train(OwnOptimizer(lambda lr: lambda w, g: result, 0.1))


def test_what_cannot_step_is_refused():
    with pytest.raises(ValueError, match="needs a method step"):
        train(OwnOptimizer(lambda lr: 3, 0.1))


def test_a_checkpoint_is_refused_before_training_because_the_memory_is_unknown(tmp_path):
    steps = []
    with SyncSGD(parabola(), OwnOptimizer(Mine, 0.02, 0.9), engine="serial") as trainer:
        with pytest.raises(ValueError, match="cannot be saved"):
            trainer.fit(TRAIN, 1, progress=False, checkpoint=tmp_path / "run.npz", callback=steps.append)
    assert steps == [] and not list(tmp_path.iterdir())


def test_newtons_gradient_is_that_of_the_objective_at_any_w():
    seen = []

    def step(w, gradient, damping):
        v = w + 0.1
        seen.append((v, gradient(v)))
        return w

    train(OwnNewton(step, 0.1), epochs=1, batch_size=50)
    ((v, g),) = seen
    np.testing.assert_allclose(g, parabola().gradient(v, TRAIN.X, TRAIN.Y) / 50 + 0.5 / 50 * v, rtol=1e-12)


def test_newton_is_refused_beside_backup_workers_whose_gradients_differ_from_call_to_call():
    with pytest.raises(ValueError, match="each would come from other examples: leave backup out"):
        SyncSGD(parabola(), OwnNewton(lambda w, gradient, damping: w, 0.1), backup=1)


def test_newton_without_a_trainer_says_so():
    with pytest.raises(ValueError, match="SyncSGD gives it"):
        OwnNewton(lambda w, gradient, damping: w, 0.1).step(np.zeros(2), np.zeros(2))


def test_their_names_tell_them_apart_in_a_race():
    assert repr(OwnOptimizer(Mine, 0.02, 0.9)) == "Mine(0.02, 0.9)" and repr(SGD(0.1)) == "SGD(lr=0.1)"
    assert "damping=0.1" in repr(OwnNewton(make, 0.1))
