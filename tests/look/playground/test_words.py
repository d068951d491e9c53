"""The line that says what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sgdkit.look.playground.settings import usual
from sgdkit.look.playground.words import Facts, describe, facts_of, tell
from tests.look.playground.made import problem, record

SETTINGS = usual()  # parabola, SGD, lr 0.1, mini-batch 16, 2 workers
FINISHED = Facts(SETTINGS, "finished", 300, 0.25, first=4.0, last=0.05, least=0.04, limit=0.5, shares=(0.9, 0.05, 0.05))


def test_a_run_that_goes_on():
    assert tell(Facts(SETTINGS, "running", 0, 0.0)) == "Step 0 of 300."
    assert tell(Facts(SETTINGS, "running", 120, 0.1, last=0.034)) == "Step 120 of 300, loss 0.034."


def test_diverged_above_the_limit_names_it():
    facts = Facts(replace(SETTINGS, lr=0.9), "diverged", 12, 0.01, first=4, last=1e9, least=4, limit=0.4)
    told = tell(facts)
    assert told == (
        "Diverged at step 12: the learning rate 0.9 is above 2/λmax ≈ 0.4, so every step lands higher on the "
        "valley's other side."
    )
    assert "2(1+μ)/λmax ≈ 0.4" in tell(replace(facts, settings=replace(facts.settings, optimizer="Momentum")))


def test_diverged_below_the_limit_does_not_blame_it():
    facts = Facts(replace(SETTINGS, lr=0.3, batch_size=2), "diverged", 12, 0.01, first=4, last=1e9, limit=0.4)
    assert "is below 2/λmax ≈ 0.4" in tell(facts) and "mini-batch of 2 can be steeper" in tell(facts)
    assert "steeper on the way" in tell(replace(facts, settings=replace(facts.settings, batch_size=64)))
    assert "is too large" in tell(replace(facts, limit=None)) and "λ" not in tell(replace(facts, limit=None))


def test_finished_with_goal_and_rank():
    told = tell(replace(FINISHED, goal=(201, 0.17), rank=1))
    assert told.startswith("Finished after 300 steps in 0.25 s: the loss fell from 4 to 0.05.")
    assert "Goal reached after 0.17 s, at step 201: your best so far!" in told
    assert "number 3" in tell(replace(FINISHED, goal=(201, 0.17), rank=3))
    assert "The goal, a loss below 0.01, was not reached." in tell(FINISHED)
    assert "rose from 4 to 5" in tell(replace(FINISHED, last=5.0))
    assert "93% of the test digits" in tell(replace(FINISHED, accuracy=0.93))


def test_too_large_and_too_small_learning_rates():
    assert "cannot settle" not in tell(FINISHED) and "creeps" not in tell(FINISHED)
    assert "It cannot settle there: the learning rate is above 2/λmax ≈ 0.08" in tell(
        replace(FINISHED, limit_here=0.08)
    )
    assert "It creeps: with 2/λmax ≈ 5" in tell(replace(FINISHED, limit=5.0, last=2.0))
    assert "creeps" not in tell(replace(FINISHED, limit=5.0, last=0.02))  # slow, and it came down all the same


def test_what_the_workers_did():
    assert "compute for 90% of the time" in tell(FINISHED)
    idle = replace(FINISHED, shares=(0.08, 0.5, 0.42))
    assert "compute for only 8% of the time: a mini-batch of 16 is too little work for 2" in tell(idle)
    crowd = replace(FINISHED, settings=replace(SETTINGS, workers=8), cores=2)
    assert "8 workers share 2 cores" in tell(crowd)
    alone = replace(FINISHED, settings=replace(SETTINGS, workers=1))
    assert "workers" not in tell(alone)


def test_a_failure_says_where_and_what():
    assert (
        tell(Facts(SETTINGS, "failed", 4, 0, failure="ValueError: no")) == "The run broke off at step 5. ValueError: no"
    )


def test_facts_are_read_from_a_record():
    made = record([4.0] * 4 + [0.001] * 8, how="finished")
    facts = facts_of(made, rank=2)
    assert (facts.how, facts.steps, facts.first, facts.rank) == ("finished", 12, 4.0, 2)
    assert facts.last == pytest.approx(0.001) and facts.least == pytest.approx(0.001)
    assert facts.limit == pytest.approx(2 / problem().curvature)
    assert facts.goal == (8, pytest.approx(0.008))
    assert facts.shares == pytest.approx((0.4, 0.1, 0.5))
    assert facts_of(record([])).how == "running"


def test_alt_text_holds_settings_and_result():
    assert describe(FINISHED).startswith(
        "parabola, 5 nodes on parabola, SGD, learning rate 0.1, mini-batch 16, 2 workers. Fin"
    )
