"""From the time of a step to the time to a target loss: how many steps a mini-batch of so many examples needs.

The mean gradient of B examples is the true one and noise whose variance falls as 1/B. On a quadratic a step of the best
length takes from the loss what exact gradients would, divided by 1 + noise_scale/B. So the number of steps is

    steps(B) = least · (1 + noise_scale/B)

`least` with exact gradients, and twice as many where B is the noise scale: far below it twice the examples halve the
steps, far above it they bring nothing. It is a model: it is fitted to runs of the network that is meant, by `fit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StepsToTarget:
    """least: steps with exact gradients; noise_scale: examples. Both positive, else ValueError."""

    least: float
    noise_scale: float

    def __post_init__(self) -> None:
        for name in ("least", "noise_scale"):
            value = getattr(self, name)
            if not (isinstance(value, int | float) and np.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value!r}: give a positive number.")

    def __call__(self, batch: float) -> float:
        """Steps with mini-batches of so many examples."""
        return self.least * (1 + self.noise_scale / batch)

    @classmethod
    def fit(cls, batches: Sequence[float], steps: Sequence[float]) -> StepsToTarget:
        """What comes nearest, in relative terms, to runs that needed so many steps with such mini-batches.

        ValueError: fewer than two batches, or steps that do not fall with them.
        """
        B, S = np.asarray(batches, np.float64), np.asarray(steps, np.float64)
        if len(set(batches)) < 2 or B.shape != S.shape:
            raise ValueError("to fit the steps to a target give at least two mini-batches, each with its steps.")
        columns = np.column_stack([1 / S, 1 / (B * S)])  # least + least·scale/B = S, every row divided by S
        least, slope = np.linalg.lstsq(columns, np.ones(len(S)), rcond=None)[0].tolist()
        if least <= 0 or slope <= 0:
            raise ValueError("the steps do not fall with the size of the mini-batch as the model has it.")
        return cls(least, slope / least)

    def __str__(self) -> str:
        return (
            f"steps to the target = {self.least:,.4g} · (1 + {self.noise_scale:,.4g}/B) with B examples used in a "
            "step, and the best learning rate for each B"
        )
