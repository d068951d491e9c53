"""Workers that come late on purpose: delays drawn by a seed, for teaching and for simulations.

A delay is a pure function of the seed, the worker and the step. So a real run and a simulation can be given the
same ones, and a worker that is killed and started again is as late as it was before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

Kind = Literal["fixed", "exponential", "pareto"]
KINDS: tuple[str, ...] = get_args(Kind)
TAIL = 1.5  # the Pareto distribution's index: it has a mean, and no variance


@dataclass(frozen=True)
class Stragglers:
    """By how many seconds each worker is late in each step.

    kind: "fixed" always `seconds`; "exponential" with that mean; "pareto", heavy-tailed, with that mean: late by more
        than t with probability (seconds/(3t))^1.5 for t ≥ seconds/3, so that now and then one is very late.
    seconds: the mean of a delay, positive.
    share: the probability in (0, 1] that a worker is late at all in a step, independently of all others.
    seed: another one gives other delays.
    ValueError: anything else.
    """

    kind: Kind
    seconds: float
    share: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"stragglers {self.kind!r} do not exist: choose one of {', '.join(KINDS)}.")
        if not (_number(self.seconds) and math.isfinite(self.seconds) and self.seconds > 0):
            raise ValueError(f"stragglers late by {self.seconds!r} seconds: give a positive number.")
        if not (_number(self.share) and 0 < self.share <= 1):
            raise ValueError(f"a share of {self.share!r} stragglers: give a number above 0 and up to 1.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | np.integer) or self.seed < 0:
            raise ValueError(f"the stragglers' seed is {self.seed!r}: give a whole number of at least 0.")

    def delay(self, worker: int, step: int) -> float:
        """Seconds by which this worker is late in this step; 0 where it is not."""
        return float(self.sample(np.random.default_rng((self.seed, worker, step)), 1)[0])

    def delays(self, workers: int, steps: int) -> NDArray[np.float64]:
        """`delay` for each step and each worker: (steps, workers) seconds."""
        return np.array([[self.delay(worker, step) for worker in range(workers)] for step in range(steps)])

    def sample(self, rng: np.random.Generator, count: int) -> NDArray[np.float64]:
        """So many independent delays from somebody else's random numbers: (count,) seconds."""
        late = rng.random(count) < self.share
        if self.kind == "fixed":
            drawn = np.full(count, float(self.seconds))
        elif self.kind == "exponential":
            drawn = rng.exponential(self.seconds, count)
        else:  # 1 + Lomax is Pareto with the least value 1 and the mean TAIL/(TAIL − 1)
            drawn = (1 + rng.pareto(TAIL, count)) * self.seconds * (TAIL - 1) / TAIL
        return np.where(late, drawn, 0.0)

    @property
    def mean(self) -> float:
        """Seconds by which a worker is late on average, the steps in which it is not included."""
        return self.share * self.seconds

    def __str__(self) -> str:
        who = "every worker" if self.share == 1 else f"each worker with probability {self.share:g}"
        how = {"fixed": "by", "exponential": "exponentially, on average by", "pareto": "heavy-tailed, on average by"}
        return f"{who} late in a step {how[self.kind]} {self.seconds:g} s (seed {self.seed})"


def parse(text: str, seed: int = 0) -> Stragglers:
    """Stragglers from "KIND:SECONDS" or "KIND:SECONDS:SHARE", as on the command line; ValueError for anything else."""
    kind, *numbers = text.split(":")
    if not 1 <= len(numbers) <= 2:
        raise ValueError(f"{text!r} is not KIND:SECONDS or KIND:SECONDS:SHARE: give for example exponential:0.05.")
    if kind not in KINDS:
        raise ValueError(f"stragglers {kind!r} do not exist: choose one of {', '.join(KINDS)}.")
    values = []
    for number in numbers:
        try:
            values.append(float(number))
        except ValueError:
            raise ValueError(f"{number!r} in {text!r} is no number: give for example {kind}:0.05.") from None
    seconds, share = values if len(values) == 2 else (*values, 1.0)
    return Stragglers(cast(Kind, kind), seconds, share, seed)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
