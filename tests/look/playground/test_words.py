"""The line that says what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sgdkit.look.playground.record import Record
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


def test_diverged_below_the_limit_with_ones_own_function_points_there():
    """average_gradients of the notebook returns the sum: the learning rate is innocent."""
    facts = Facts(SETTINGS, "diverged", 12, 0.01, first=4, last=1e9, limit=0.4, own=("average",))
    told = tell(facts)
    assert told == "Diverged at step 12: the learning rate 0.1 is below 2/λmax ≈ 0.4, so look at your own average."
    assert "your own gradient and average." in tell(replace(facts, own=("gradient", "average")))
    assert "is above 2/λmax" in tell(replace(facts, settings=replace(SETTINGS, lr=0.9)))
    mine = tell(replace(facts, own=("optimizer",), limit=None))
    assert "look at your own optimizer. If that is right, the learning rate 0.1 is too large" in mine


def test_no_advice_on_the_learning_rate_where_ones_own_code_makes_the_steps():
    creeps = replace(FINISHED, limit=5.0, last=2.0)
    assert "creeps" in tell(creeps) and "creeps" in tell(replace(creeps, own=("split",)))
    assert "creeps" not in tell(replace(creeps, own=("average",)))
    assert "cannot settle" not in tell(replace(FINISHED, limit_here=0.08, own=("gradient",)))


def test_a_step_that_does_not_end_is_told_with_whose_function_has_it():
    facts = Facts(SETTINGS, "running", 4, 0.1, last=1.0, own=("gradient", "average", "optimizer"), where="workers")
    assert tell(facts) == "Step 4 of 300, loss 1."
    slow = replace(facts, silent=6.2)
    assert "Step 5 has been under way for 6 s: your own gradient does not come back. Stop gives" in tell(slow)
    assert "your own average or optimizer does not" in tell(replace(slow, where="notebook"))
    assert "your own" not in tell(replace(slow, own=("average",)))  # the kit's gradient may take its time


def test_finished_with_goal_and_rank():
    told = tell(replace(FINISHED, goal=(201, 0.17), rank=1))
    assert told.startswith("Finished after 300 steps in 0.25 s: the loss fell from 4 to 0.05.")
    assert "Goal reached after 0.17 s, at step 201: your best so far!" in told
    assert "number 3" in tell(replace(FINISHED, goal=(201, 0.17), rank=3))
    assert "The goal, a loss below 0.01, was not reached." in tell(FINISHED)
    assert "rose from 4 to 5" in tell(replace(FINISHED, last=5.0))
    assert "the loss stayed at 4." in tell(replace(FINISHED, last=4.001))
    assert "93% of the test digits" in tell(replace(FINISHED, accuracy=0.93))


def test_stopped_early():
    stopped = replace(FINISHED, how="stopped", steps=1, last=4.0)
    assert tell(stopped).startswith("Stopped after 1 step in 0.25 s: the loss stayed at 4.")
    assert tell(replace(stopped, steps=0)).startswith("Stopped before the first step. The goal")


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


def test_data_that_cannot_be_had_are_no_matter_of_the_first_step():
    facts = Facts(SETTINGS, "failed", 0, 0, failure="OSError: no network", begun=False)
    assert tell(facts) == "The run broke off before the first step. OSError: no network"


def test_facts_are_read_from_a_record():
    made = record([4.0] * 4 + [0.001] * 8, how="finished")
    facts = facts_of(made, rank=2)
    assert (facts.how, facts.steps, facts.first, facts.rank) == ("finished", 12, 4.0, 2)
    assert facts.last == pytest.approx(0.001) and facts.least == pytest.approx(0.001)
    assert facts.limit == pytest.approx(2 / problem().curvature)
    assert facts.goal == (8, pytest.approx(0.008))
    assert facts.shares == pytest.approx((0.4, 0.1, 0.5))
    assert facts_of(record([])).how == "running"
    mine = Record(usual(), None, 2, own=("average",))
    assert facts_of(mine).own == ("average",) and not facts_of(mine).begun and facts.begun


def test_alt_text_holds_settings_and_result():
    assert describe(FINISHED).startswith(
        "parabola, 5 nodes on parabola, SGD, learning rate 0.1, mini-batch 16, 2 workers. Fin"
    )
