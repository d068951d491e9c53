"""Update rules by value, over steps with different gradients, against float64 formulas.

The formulas are sums over the past gradients, not recursions: no line of the optimizers comes back here.
"""

import numpy as np
import pytest

from sgdkit.optimizers import SGD, Adam, Momentum, Nesterov

START = np.array([0.5, -1.25, 3.0, 0.0])
GRADIENTS = np.array([[1.0, -2.0, 0.5, 1e-7], [-0.5, 4.0, 0.25, -3e-7], [2.0, 1.0, -1.0, 2e-7], [0.0, -1.5, 8.0, 1e-7]])
FALLING = (0.1, 0.1, 0.02, 0.004)


def falling(t):
    return FALLING[t]


RATES = pytest.mark.parametrize(("lr", "rates"), [(0.1, (0.1,) * 4), (falling, FALLING)], ids=["constant", "schedule"])


def walk(optimizer, dtype=np.float64):
    """Every w on the way, (steps, size)."""
    w = START.astype(dtype)
    return np.array([optimizer.step(w, g.astype(dtype)).copy() for g in GRADIENTS])


def velocity(t, mu):
    """v of step t in PyTorch's convention: Σ_i μ^(t−i) g_i, with the first v = g."""
    return sum(mu ** (t - i) * GRADIENTS[i] for i in range(t + 1))


@RATES
def test_sgd(lr, rates):
    steps = [rate * g for rate, g in zip(rates, GRADIENTS, strict=True)]
    np.testing.assert_allclose(walk(SGD(lr)), START - np.cumsum(steps, axis=0), rtol=1e-14)


@RATES
def test_momentum_scales_the_whole_history_by_the_current_lr(lr, rates):
    steps = [rates[t] * velocity(t, 0.8) for t in range(4)]
    np.testing.assert_allclose(walk(Momentum(lr, momentum=0.8)), START - np.cumsum(steps, axis=0), rtol=1e-13)


@RATES
def test_nesterov(lr, rates):
    steps = [rates[t] * (GRADIENTS[t] + 0.8 * velocity(t, 0.8)) for t in range(4)]
    np.testing.assert_allclose(walk(Nesterov(lr, momentum=0.8)), START - np.cumsum(steps, axis=0), rtol=1e-13)


def adam_steps(rates, beta1, beta2, eps):
    """m̂ and v̂ as weighted means of the gradients and their squares; ε beside the corrected root."""
    for t in range(len(GRADIENTS)):
        past = GRADIENTS[: t + 1]
        m = np.average(past, axis=0, weights=beta1 ** np.arange(t, -1, -1.0))
        v = np.average(past**2, axis=0, weights=beta2 ** np.arange(t, -1, -1.0))
        yield rates[t] * m / (np.sqrt(v) + eps)


@RATES
@pytest.mark.parametrize("eps", [1e-8, 1e-3])
def test_adam(lr, rates, eps):
    expected = START - np.cumsum(list(adam_steps(rates, 0.7, 0.95, eps)), axis=0)
    np.testing.assert_allclose(walk(Adam(lr, beta1=0.7, beta2=0.95, eps=eps)), expected, rtol=1e-12)


def test_adam_has_the_papers_defaults():
    expected = START - np.cumsum(list(adam_steps((0.001,) * 4, 0.9, 0.999, 1e-8)), axis=0)
    np.testing.assert_allclose(walk(Adam()), expected, rtol=1e-12)


def test_keras_momentum_differs_from_the_first_change_of_lr_on():
    def keras(rates):
        v, w, path = 0 * START, START.copy(), []
        for rate, g in zip(rates, GRADIENTS, strict=True):
            v = 0.8 * v - rate * g
            w = w + v
            path.append(w)
        return np.array(path)

    np.testing.assert_allclose(walk(Momentum(0.1, 0.8)), keras((0.1,) * 4), rtol=1e-13)
    ours, theirs = walk(Momentum(falling, 0.8)), keras(FALLING)
    np.testing.assert_allclose(ours[:2], theirs[:2], rtol=1e-13)
    assert np.abs(ours[2] - theirs[2]).max() > 0.01


ALL = pytest.mark.parametrize("make", [SGD, Momentum, Nesterov, Adam], ids=lambda kind: kind.__name__)


@ALL
def test_float32_stays_float32_and_follows_float64(make):
    path = walk(make(0.1), np.float32)
    assert path.dtype == np.float32
    np.testing.assert_allclose(path, walk(make(0.1)), rtol=2e-5, atol=2e-6)


@ALL
def test_a_schedule_of_numpy_numbers_keeps_float32(make):
    w = START.astype(np.float32)
    make(lambda t: np.float64(0.1)).step(w, GRADIENTS[0].astype(np.float32))
    assert w.dtype == np.float32


@ALL
def test_w_is_updated_in_place_and_g_is_left_alone(make):
    optimizer, w, g = make(0.1), START.copy(), GRADIENTS[0].copy()
    assert optimizer.step(w, g) is w
    assert not np.array_equal(w, START)
    np.testing.assert_array_equal(g, GRADIENTS[0])


@ALL
def test_the_gradient_buffer_may_be_written_over_between_steps(make):
    reused, w = np.empty(4), START.copy()
    optimizer = make(0.1)
    for g in GRADIENTS:
        reused[:] = g
        optimizer.step(w, reused)
        reused[:] = np.nan
    np.testing.assert_array_equal(w, walk(make(0.1))[-1])


@ALL
def test_w_may_be_a_view_of_a_larger_array(make):
    memory = np.zeros((4, 3))
    w = memory[:, 1]
    w[:] = START
    optimizer = make(0.1)
    for g in GRADIENTS:
        optimizer.step(w, g)
    np.testing.assert_array_equal(memory[:, 1], walk(make(0.1))[-1])
    assert not memory[:, [0, 2]].any()


@ALL
def test_a_new_lr_counts_from_the_next_step(make):
    slow, fast = make(0.1), make(0.1)
    a, b = START.copy(), START.copy()
    slow.step(a, GRADIENTS[0])
    fast.step(b, GRADIENTS[0])
    fast.lr = 0.2
    first = a.copy()
    slow.step(a, GRADIENTS[1])
    fast.step(b, GRADIENTS[1])
    np.testing.assert_allclose(b - first, 2 * (a - first), rtol=1e-12, atol=1e-15)
