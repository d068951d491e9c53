"""Which choices go together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdkit.data import digits, lorenz, parabola
from sgdkit.look.playground.settings import (
    EXAMPLES,
    NETWORKS,
    OPTIMIZERS,
    OWN,
    as_in_the_notebook,
    batch_sizes,
    changed,
    epochs_for,
    usual,
)


def test_the_numbers_of_examples_are_those_of_the_data():
    found = {"parabola": parabola(), "digits": digits(), "lorenz": lorenz()}
    assert {name: len(split.train) for name, split in found.items()} == {name: EXAMPLES[name] for name in found}


def test_mini_batches_are_powers_of_two_up_to_all_examples():
    assert batch_sizes("parabola") == (1, 2, 4, 8, 16, 32, 64)
    assert batch_sizes("digits")[-1] == 2048
    assert batch_sizes("mnist")[-1] == 4096


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_usual_can_be_chosen(network):
    settings = usual(network)
    assert settings.batch_size in batch_sizes(settings.data)
    assert settings.optimizer in OPTIMIZERS and set(settings.choice.rates) == set(OPTIMIZERS)
    assert all(data in EXAMPLES for data in settings.choice.data)
    network = settings.choice.make()
    assert network.init(0, settings.choice.dtype).dtype == settings.choice.dtype


def test_another_network_brings_what_suits_it_and_keeps_the_workers():
    settings = changed(usual(workers=4), "network", "ANN, 10 nodes")
    assert (settings.data, settings.workers, settings.batch_size, settings.lr) == ("digits", 4, 64, 0.02)


def test_another_network_keeps_ones_own_optimizer():
    settings = changed(replace(usual(), optimizer=OWN), "network", "Lorenz")
    assert (settings.network, settings.optimizer, settings.lr) == ("Lorenz", OWN, 1e-4)


def test_another_optimizer_brings_its_learning_rate_and_another_rate_changes_nothing_else():
    settings = changed(usual(), "optimizer", "Newton")
    assert settings.lr == 1.0
    assert changed(settings, "lr", 0.3) == changed(changed(settings, "lr", 0.3), "lr", 0.3)
    assert changed(settings, "lr", 0.3).optimizer == "Newton"


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="data = 'lorenz' does not fit"):
        changed(usual(), "data", "lorenz")
    with pytest.raises(ValueError, match="optimizer = 'LBFGS'"):
        changed(usual(), "optimizer", "LBFGS")
    with pytest.raises(ValueError, match="network = 'GPT'"):
        usual("GPT")


@given(st.integers(1, 30_000), st.integers(1, 60_000), st.sampled_from([2**k for k in range(13)]))
def test_the_epochs_hold_the_steps_and_not_one_epoch_more(steps, examples, batch):
    epochs = epochs_for(steps, examples, batch)
    each = len(range(0, examples, batch))
    assert (epochs - 1) * each < steps <= epochs * each


def test_the_notebooks_layout_of_w_is_that_of_the_parabola_with_10_nodes():
    """2-syncsgd/easy: W1 (1, 10), b (10,), W2 (10, 1), prediction tanh(X W1 + b) W2."""
    network = as_in_the_notebook()
    w, X = network.init(3), np.linspace(-2, 2, 7)[:, None]
    W1, b, W2 = w[:10].reshape(1, 10), w[10:20], w[20:].reshape(10, 1)
    np.testing.assert_allclose(network.predict(w, X), np.tanh(X @ W1 + b) @ W2)
