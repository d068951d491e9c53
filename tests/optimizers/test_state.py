"""Saving and going on gives the bits of a run that was never stopped."""

import copy
import io
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit.optimizers import SGD, Adam, Momentum, Nesterov, Newton, StepDecay
from tests.optimizers.serial_curvature import Function, SerialCurvature

MAKERS = {
    "SGD": lambda: SGD(StepDecay(0.1, factor=0.5, every=2)),
    "Momentum": lambda: Momentum(StepDecay(0.1, factor=0.5, every=2)),
    "Nesterov": lambda: Nesterov(0.05, momentum=0.7),
    "Adam": lambda: Adam(0.03),
    "Newton": lambda: Newton(),
    "Newton by conjugate gradients": lambda: Newton(direct=0, cg_steps=2),
}
EVERY = pytest.mark.parametrize("name", MAKERS)
# Rosenbrock's valley: Newton's trials fail in it, so that its damping moves.
ROSENBROCK = Function(
    lambda w: float((1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2),
    lambda w: np.array([-2 * (1 - w[0]) - 400 * w[0] * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]),
    lambda w: np.array([[2 - 400 * w[1] + 1200 * w[0] ** 2, -400 * w[0]], [-400 * w[0], 200.0]]),
)


def steps(optimizer, w, number, dtype=np.float64):
    for _ in range(number):
        g = ROSENBROCK.gradient(w.astype(np.float64)).astype(dtype)
        if optimizer.needs_curvature:
            optimizer.step(w, g, SerialCurvature(ROSENBROCK, w))
        else:
            optimizer.step(w, (g / (1 + np.linalg.norm(g))).astype(dtype))
    return w


@EVERY
@settings(deadline=None, max_examples=30)
@given(before=st.integers(0, 6), after=st.integers(1, 6), x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_a_restored_optimizer_goes_on_with_the_same_bits(name, before, after, x, y):
    optimizer, w = MAKERS[name](), np.array([x, y])
    steps(optimizer, w, before)
    state, saved = optimizer.state(), w.copy()
    expected = steps(optimizer, w, after)

    fresh = MAKERS[name]()
    fresh.restore(state)
    np.testing.assert_array_equal(steps(fresh, saved, after), expected)
    assert repr(fresh.state()) == repr(optimizer.state())


def test_newtons_damping_is_part_of_its_state():
    optimizer = Newton()
    steps(optimizer, np.array([-1.2, 1.0]), 2)
    assert optimizer.state()["tau"] > 0
    fresh = Newton()
    fresh.restore(optimizer.state())
    assert fresh.tau == optimizer.tau


@EVERY
def test_a_state_survives_a_file(name):
    optimizer, w = MAKERS[name](), np.array([-1.0, 0.5])
    steps(optimizer, w, 3)
    file = io.BytesIO()
    np.savez(file, **optimizer.state())
    file.seek(0)
    fresh = MAKERS[name]()
    with np.load(file) as state:
        fresh.restore(state)
    np.testing.assert_array_equal(steps(fresh, w.copy(), 2), steps(optimizer, w, 2))


@EVERY
def test_a_state_does_not_change_with_later_steps(name):
    optimizer, w = MAKERS[name](), np.array([-1.0, 0.5])
    steps(optimizer, w, 2)
    state = optimizer.state()
    before = copy.deepcopy(state)
    steps(optimizer, w, 2)
    assert repr(state) == repr(before)


@EVERY
def test_restoring_copies_the_arrays(name):
    optimizer, w = MAKERS[name](), np.array([-1.0, 0.5])
    steps(optimizer, w, 2)
    state = optimizer.state()
    before = copy.deepcopy(state)
    optimizer.restore(state)
    steps(optimizer, w, 2)
    assert repr(state) == repr(before)


@EVERY
def test_reset_forgets_everything(name):
    optimizer = MAKERS[name]()
    steps(optimizer, np.array([-1.2, 1.0]), 3)
    optimizer.reset()
    expected = steps(MAKERS[name](), np.array([0.3, -0.5]), 3)
    np.testing.assert_array_equal(steps(optimizer, np.array([0.3, -0.5]), 3), expected)


@EVERY
def test_an_optimizer_can_be_sent_to_another_process_midway(name):
    optimizer, w = MAKERS[name](), np.array([-1.0, 0.5])
    steps(optimizer, w, 2)
    twin = pickle.loads(pickle.dumps(optimizer))
    np.testing.assert_array_equal(steps(twin, w.copy(), 2), steps(optimizer, w, 2))


@pytest.mark.parametrize("state", [{}, {"t": 1, "m": np.ones(2)}, {"v": np.ones(2)}], ids=repr)
def test_the_state_of_another_optimizer_is_refused(state):
    with pytest.raises(ValueError, match="cannot go on from a state with"):
        Momentum(0.1).restore(state)


def test_a_momentum_state_is_not_newtons():
    with pytest.raises(ValueError, match="without tau"):
        Newton().restore({"t": 1})
