"""Delays: pure functions of seed, worker and step, with the means that they promise."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.stragglers import KINDS, Stragglers, parse


@pytest.mark.parametrize("kind", KINDS)
def test_a_delay_depends_on_seed_worker_and_step_only(kind):
    late = Stragglers(kind, 0.5, share=0.5, seed=3)
    assert late.delay(4, 7) == Stragglers(kind, 0.5, share=0.5, seed=3).delay(4, 7)
    table = late.delays(6, 40)
    assert table.shape == (40, 6) and table[7, 4] == late.delay(4, 7)
    assert not np.array_equal(table, Stragglers(kind, 0.5, share=0.5, seed=4).delays(6, 40))
    assert (table >= 0).all() and (table == 0).any() and (table > 0).any()


def test_the_means_are_those_asked_for():
    rng = np.random.default_rng(0)
    assert (Stragglers("fixed", 0.3).sample(rng, 1000) == 0.3).all()
    exponential = Stragglers("exponential", 0.3, share=0.25).sample(rng, 200_000)
    assert exponential.mean() == pytest.approx(0.3 * 0.25, rel=0.02)
    assert (exponential > 0).mean() == pytest.approx(0.25, abs=0.01)


def test_pareto_has_the_tail_that_its_words_promise():
    """P(delay > t) = (seconds/(3t))^1.5, from a third of the mean on; checked at quantiles, for it has no variance."""
    drawn = Stragglers("pareto", 3.0).sample(np.random.default_rng(1), 200_000)
    assert drawn.min() >= 1.0
    for t in (2.0, 5.0, 20.0):
        assert (drawn > t).mean() == pytest.approx((1 / t) ** 1.5, rel=0.06)


def test_the_command_lines_words():
    assert parse("exponential:0.05", seed=2) == Stragglers("exponential", 0.05, 1.0, 2)
    assert parse("pareto:0.1:0.25") == Stragglers("pareto", 0.1, 0.25)
    assert "with probability 0.25 late in a step heavy-tailed, on average by 0.1 s" in str(parse("pareto:0.1:0.25"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exponential", "not KIND:SECONDS"),
        ("uniform:1", "choose one of fixed, exponential, pareto"),
        ("fixed:soon", "'soon' in 'fixed:soon' is no number"),
        ("fixed:0", "late by 0.0 seconds: give a positive number"),
        ("fixed:nan", "give a positive number"),
        ("fixed:1:2", "a share of 2.0 stragglers: give a number above 0 and up to 1"),
        ("fixed:1:0.5:3", "not KIND:SECONDS"),
    ],
)
def test_wrong_words_get_one_sentence(text, words):
    with pytest.raises(ValueError, match=words):
        parse(text)
