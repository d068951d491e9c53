"""The game: below this loss in the fewest seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..planes import Floats
from .settings import Settings

KEPT = 5


@dataclass(frozen=True)
class Attempt:
    """A run that reached the goal: after how many steps and seconds of training."""

    seconds: float
    steps: int
    settings: Settings


def reached(means: Floats, seconds: NDArray[np.float64], goal: float, epoch_steps: int) -> tuple[int, float] | None:
    """After how many steps and seconds the mean loss of a whole epoch's mini-batches was below the goal, if it was.

    means, seconds: (n,), see Record. A mean of less than an epoch does not count: a lucky mini-batch is no feat.
    """
    whole = means[epoch_steps - 1 :]
    below = np.flatnonzero(whole < goal)
    if not len(below):
        return None
    step = int(below[0]) + epoch_steps
    return step, float(seconds[step - 1])


class Scores:
    """The best attempts for each network and data, the fastest first."""

    def __init__(self) -> None:
        self._best: dict[tuple[str, str], list[Attempt]] = {}

    def add(self, attempt: Attempt) -> int:
        """Its rank, from 1 on; 0 if it is not among the best."""
        best = self.best(attempt.settings)
        best.append(attempt)
        best.sort(key=lambda one: one.seconds)
        del best[KEPT:]
        return best.index(attempt) + 1 if attempt in best else 0

    def best(self, settings: Settings) -> list[Attempt]:
        """The attempts at what these settings are about."""
        return self._best.setdefault((settings.network, settings.data), [])
