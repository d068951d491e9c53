"""The game."""

from __future__ import annotations

import numpy as np

from sgdkit.look.playground.goal import KEPT, Attempt, Scores, reached
from sgdkit.look.playground.settings import usual


def test_the_goal_counts_only_for_a_whole_epoch():
    means = np.array([0.01, 5.0, 4.0, 0.05, 0.02])
    seconds = np.array([1.0, 2, 3, 4, 5])
    assert reached(means, seconds, goal=0.1, epoch_steps=1) == (1, 1.0)
    assert reached(means, seconds, goal=0.1, epoch_steps=3) == (4, 4.0)
    assert reached(means, seconds, goal=0.001, epoch_steps=3) is None
    assert reached(means[:2], seconds[:2], goal=0.1, epoch_steps=3) is None
    assert reached(np.array([np.nan, np.inf]), seconds[:2], goal=0.1, epoch_steps=1) is None


def test_the_best_attempts_are_kept_the_fastest_first():
    scores, settings = Scores(), usual()
    ranks = [scores.add(Attempt(seconds, 10, settings)) for seconds in (3.0, 1.0, 2.0, 5.0, 4.0, 9.0, 0.5)]
    assert ranks == [1, 1, 2, 4, 4, 0, 1]
    assert [one.seconds for one in scores.best(settings)] == [0.5, 1, 2, 3, 4]
    assert len(scores.best(settings)) == KEPT
    assert scores.best(usual("CNN")) == []
