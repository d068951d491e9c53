"""How long a worker computes its shard's gradient: distributions, independent from worker to worker and step to step.

Each has `row(rng, step, workers)`, the (workers,) seconds of one step, and says of itself what it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..stragglers import TAIL, Stragglers

Seconds = NDArray[np.float64]


class ComputeTime(Protocol):
    """The time that workers need for a gradient."""

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        """(workers,) seconds in this step."""
        ...


@dataclass(frozen=True)
class Constant:
    """Always `seconds`."""

    seconds: float

    def __post_init__(self) -> None:
        _not_negative("seconds", self.seconds)

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        return np.full(workers, float(self.seconds))

    def __str__(self) -> str:
        return f"always {self.seconds:g} s"


@dataclass(frozen=True)
class Exponential:
    """Exponentially distributed with this mean in seconds: E[k-th of n] = mean · (H_n − H_{n−k})."""

    mean: float

    def __post_init__(self) -> None:
        _not_negative("mean", self.mean)

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        return rng.exponential(self.mean, workers)

    def __str__(self) -> str:
        return f"exponential, mean {self.mean:g} s"


@dataclass(frozen=True)
class LogNormal:
    """exp of a normal distribution: `median` seconds, and `sigma` the standard deviation of the logarithm."""

    median: float
    sigma: float = 0.5

    def __post_init__(self) -> None:
        _not_negative("median", self.median)
        _not_negative("sigma", self.sigma)

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        return self.median * rng.lognormal(0.0, self.sigma, workers)

    def __str__(self) -> str:
        return f"log-normal, median {self.median:g} s, σ of the logarithm {self.sigma:g}"


@dataclass(frozen=True)
class Pareto:
    """Heavy-tailed with this mean in seconds and index 1.5: no variance, now and then one takes very long."""

    mean: float

    def __post_init__(self) -> None:
        _not_negative("mean", self.mean)

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        return (1 + rng.pareto(TAIL, workers)) * self.mean * (TAIL - 1) / TAIL

    def __str__(self) -> str:
        return f"heavy-tailed (Pareto, index {TAIL:g}), mean {self.mean:g} s"


@dataclass(frozen=True)
class Late:
    """Some other time and a straggler's delay on top of it.

    Its delays are new draws from the same distribution; for the very delays of a real run give Replay.
    """

    compute: ComputeTime
    stragglers: Stragglers

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        return self.compute.row(rng, step, workers) + self.stragglers.sample(rng, workers)

    def __str__(self) -> str:
        return f"{self.compute}; {self.stragglers}"


@dataclass(frozen=True, eq=False)
class Replay:
    """Times that were measured, or drawn elsewhere: (steps, workers) seconds. ValueError where they do not suffice."""

    seconds: Seconds

    def row(self, rng: np.random.Generator, step: int, workers: int) -> Seconds:
        if step >= len(self.seconds) or workers > self.seconds.shape[1]:
            raise ValueError(
                f"there are times of {self.seconds.shape[1]} workers in {len(self.seconds)} steps, but step "
                f"{step + 1} of {workers} workers is simulated: give more times, or simulate fewer steps."
            )
        return self.seconds[step, :workers]

    def __str__(self) -> str:
        return f"as given, for {self.seconds.shape[1]} workers in {len(self.seconds)} steps"


def parse(text: str) -> ComputeTime:
    """A distribution from "constant:1", "exponential:1", "lognormal:1:0.5" or "pareto:1", seconds; ValueError."""
    kinds: dict[str, tuple[Callable[..., ComputeTime], int]] = {
        "constant": (Constant, 1),
        "exponential": (Exponential, 1),
        "lognormal": (LogNormal, 2),
        "pareto": (Pareto, 1),
    }
    kind, *numbers = text.split(":")
    if kind not in kinds:
        raise ValueError(f"compute time {kind!r} does not exist: choose one of {', '.join(kinds)}.")
    make, most = kinds[kind]
    if not 1 <= len(numbers) <= most:
        raise ValueError(
            f"{text!r} has {len(numbers)} numbers: give for example {kind}:1{':0.5' if most == 2 else ''}."
        )
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        raise ValueError(f"{text!r} holds something that is no number: give for example {kind}:1.") from None
    return make(*values)


def _not_negative(name: str, value: float) -> None:
    if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} of a compute time is {value!r}: give 0 or a positive number.")
