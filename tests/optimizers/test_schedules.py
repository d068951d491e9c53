import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit.optimizers import SGD, StepDecay, Warmup


def test_step_decay_every_so_many_steps():
    lr = StepDecay(0.8, factor=0.5, every=3)
    assert [lr(t) for t in range(7)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]


def test_step_decay_at_listed_steps():
    lr = StepDecay(0.8, factor=0.5, every=[2, 5])
    assert [lr(t) for t in range(7)] == [0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2]


def test_warmup_climbs_in_equal_increments():
    lr = Warmup(1.0, steps=4, start=0.2)
    np.testing.assert_allclose([lr(t) for t in range(7)], [0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0])


def test_warmup_hands_over_to_a_schedule_that_counts_from_the_start():
    lr = Warmup(StepDecay(1.0, factor=0.1, every=6), steps=4, start=0.2)
    np.testing.assert_allclose([lr(t) for t in range(8)], [0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 0.1, 0.1])


def test_warmup_aims_at_what_the_schedule_gives_when_it_ends():
    lr = Warmup(StepDecay(1.0, factor=0.5, every=2), steps=4, start=0.05)
    np.testing.assert_allclose([lr(t) for t in range(6)], [0.05, 0.1, 0.15, 0.2, 0.25, 0.25])


def test_linear_scaling_goes_from_the_small_batchs_lr_to_k_times_it():
    lr = Warmup.linear_scaling(0.1, k=8, steps=5)
    assert lr(0) == 0.1
    np.testing.assert_allclose(lr(1) - lr(0), 0.7 / 5)
    np.testing.assert_allclose([lr(5), lr(500)], 0.8)


@settings(deadline=None)
@given(lr=st.floats(1e-6, 10), start=st.floats(1e-6, 10), steps=st.integers(1, 50), t=st.integers(0, 100))
def test_warmup_never_leaves_its_two_ends(lr, start, steps, t):
    rate = Warmup(lr, steps, start)(t)
    low, high = sorted((lr, start))
    assert low * (1 - 1e-12) <= rate <= high * (1 + 1e-12)


def test_an_optimizer_shows_its_schedule():
    text = repr(SGD(Warmup(StepDecay(0.8, factor=0.1, every=30), steps=5, start=0.1)))
    assert text == "SGD(lr=Warmup(lr=StepDecay(lr=0.8, factor=0.1, every=30), steps=5, start=0.1))"


def halving(t):
    return 0.1 / 2**t


def test_a_schedule_of_ones_own_is_shown_by_its_name():
    assert repr(SGD(halving)) == "SGD(lr=halving)"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StepDecay(0, 0.5, 10), "lr = 0"),
        (lambda: StepDecay(0.1, -1, 10), "factor = -1"),
        (lambda: StepDecay(0.1, 0.5, 0), "every = 0"),
        (lambda: StepDecay(0.1, 0.5, [10, 0]), r"every = \[10, 0\]"),
        (lambda: Warmup(0.1, 0, 0.1), "steps = 0"),
        (lambda: Warmup(0.1, 5, 0), "start = 0"),
        (lambda: Warmup(float("nan"), 5, 0.1), "lr = nan"),
        (lambda: Warmup.linear_scaling(0.1, 0, 5), "k = 0"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
