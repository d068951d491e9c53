"""What cannot work is refused in one sentence that names it."""

import numpy as np
import pytest

from sgdkit.optimizers import SGD, Adam, Momentum, Nesterov, Newton

ALL = pytest.mark.parametrize("make", [SGD, Momentum, Nesterov, Adam, Newton], ids=lambda kind: kind.__name__)
FIRST_ORDER = pytest.mark.parametrize("make", [SGD, Momentum, Nesterov, Adam], ids=lambda kind: kind.__name__)


@ALL
@pytest.mark.parametrize("lr", [0, -0.1, float("nan"), float("inf"), "fast", None])
def test_a_learning_rate_that_is_not_positive_and_finite(make, lr):
    with pytest.raises(ValueError, match=f"lr = {lr!r}: give a positive finite number"):
        make(lr)


@ALL
def test_setting_a_wrong_learning_rate_keeps_the_old_one(make):
    optimizer = make(0.1)
    with pytest.raises(ValueError, match="lr = -1"):
        optimizer.lr = -1
    assert optimizer.lr == 0.1


@FIRST_ORDER
def test_a_schedule_that_gives_zero_is_named_with_its_step(make):
    optimizer, w = make(lambda t: 0.1 * (1 - t)), np.ones(2)
    optimizer.step(w, np.ones(2))
    before = w.copy()
    with pytest.raises(ValueError, match="lr at step 1 = 0"):
        optimizer.step(w, np.ones(2))
    np.testing.assert_array_equal(w, before)
    assert optimizer.t == 1


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, float("nan"), "0.9x"])
def test_coefficients_outside_zero_to_one(value):
    for make in (lambda: Momentum(0.1, value), lambda: Nesterov(0.1, value), lambda: Adam(beta1=value)):
        with pytest.raises(ValueError, match="give a number from 0 up to"):
            make()
    with pytest.raises(ValueError, match="beta2"):
        Adam(beta2=value)


def test_adams_eps_must_be_positive():
    with pytest.raises(ValueError, match="eps = 0"):
        Adam(eps=0)


@FIRST_ORDER
@pytest.mark.parametrize(
    ("w", "g"),
    [
        (np.ones(3), np.ones(4)),
        (np.ones((2, 2)), np.ones((2, 2))),
        (np.ones(3), np.ones(3, np.float32)),
        (np.ones(3, int), np.ones(3, int)),
    ],
    ids=["lengths", "not flat", "dtypes", "integers"],
)
def test_w_and_g_that_do_not_fit(make, w, g):
    before = w.copy()
    with pytest.raises(ValueError, match="w has shape .* and dtype .*, g has shape .* and dtype"):
        make(0.1).step(w, g)
    np.testing.assert_array_equal(w, before)


@pytest.mark.parametrize("make", [Momentum, Nesterov, Adam], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("other", [np.ones(5), np.ones(3, np.float32)], ids=["size", "dtype"])
def test_another_network_midway(make, other):
    optimizer = make(0.1)
    optimizer.step(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"reset\(\) begins anew"):
        optimizer.step(other, other.copy())
    optimizer.reset()
    optimizer.step(other, other.copy())


def test_a_restored_state_of_another_network():
    optimizer = Momentum(0.1)
    optimizer.restore({"t": 3, "v": np.ones(5)})
    with pytest.raises(ValueError, match=r"carries v of shape \(5,\)"):
        optimizer.step(np.ones(3), np.ones(3))


@FIRST_ORDER
def test_nan_in_the_gradient_reaches_w_where_the_loop_sees_it(make):
    w = np.ones(3)
    make(0.1).step(w, np.array([1.0, np.nan, 1.0]))
    assert np.isnan(w[1]) and np.isfinite(w[[0, 2]]).all()


def test_repr_shows_the_settings():
    assert repr(SGD(lr=0.1)) == "SGD(lr=0.1)"
    assert repr(Momentum(0.1)) == "Momentum(lr=0.1, momentum=0.9)"
    assert repr(Nesterov(0.1, 0.5)) == "Nesterov(lr=0.1, momentum=0.5)"
    assert repr(Adam()) == "Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)"
    assert eval(repr(Newton(damping=2))).damping == 2
