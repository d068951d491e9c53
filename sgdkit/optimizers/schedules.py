"""Schedules: what `lr` may be instead of a number, a function of the step number 0, 1, 2 and so on.

A function of your own will do: `SGD(lr=lambda t: 0.1 / (1 + 0.01 * t))`. These two have a `repr`, so that
a report can say what was used. Steps, not epochs: one epoch has ceil(N / batch_size) of them. They depend
on t alone, so there is no state to save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .base import Schedule, positive


@dataclass(frozen=True)
class StepDecay:
    """lr·factor^k, where k counts the decays until step t: every `every` steps, or at the steps listed.

    StepDecay(0.01, factor=0.95, every=860)              # LeNet in SystemDS: 0.95 once per epoch of 860 steps
    StepDecay(0.1, factor=0.1, every=[300, 600])         # from step 300 on 0.01, from 600 on 0.001

    ValueError: lr or factor not positive and finite, steps below 1.
    """

    lr: float
    factor: float
    every: int | Sequence[int]

    def __post_init__(self) -> None:
        positive("lr", self.lr)
        positive("factor", self.factor)
        steps = [self.every] if isinstance(self.every, int) else list(self.every)
        if not all(step >= 1 for step in steps):
            raise ValueError(f"every = {self.every!r}: give a number of steps, or step numbers, from 1 on.")

    def __call__(self, t: int) -> float:
        """The learning rate of step t."""
        if isinstance(self.every, int):
            decays = t // self.every
        else:
            decays = sum(t >= step for step in self.every)
        return self.lr * self.factor**decays


@dataclass(frozen=True)
class Warmup:
    """From `start` up to `lr` in equal increments over the first `steps` steps, then `lr`.

    lr: a number, or a schedule that takes over: Warmup(StepDecay(0.8, 0.1, every=3000), steps=500, start=0.1)
    climbs towards what that schedule gives at step `steps`. Schedules count from the first step of training.
    ValueError: start or lr not positive and finite, steps below 1.
    """

    lr: float | Schedule
    steps: int
    start: float

    def __post_init__(self) -> None:
        positive("start", self.start)
        if not callable(self.lr):
            positive("lr", self.lr)
        if self.steps < 1:
            raise ValueError(f"steps = {self.steps!r}: give the number of steps of the warm-up, at least 1.")

    def __call__(self, t: int) -> float:
        """The learning rate of step t."""
        end = max(t, self.steps)
        lr = self.lr(end) if callable(self.lr) else self.lr
        return lr if t >= self.steps else self.start + (lr - self.start) * t / self.steps

    @classmethod
    def linear_scaling(cls, lr: float, k: int, steps: int) -> Warmup:
        """Linear scaling (Goyal et al. 2017, arXiv 1706.02677): k times the mini-batch, k times the lr.

        lr: what works for the mini-batch of one worker; k: how many times larger the mini-batch is; steps: of
        the warm-up, 5 epochs in the paper.

        k small steps of lr with k mini-batches go about as far as one step of k·lr with their mean, as
        long as the gradient hardly changes on the way. It does change in the first epochs: hence the
        warm-up from lr to k·lr. The rule speaks of the learning rate and of a gradient that is a MEAN.
        Multiplying the loss by k instead is not the same once there is weight decay, and a gradient that
        is a SUM has grown k times already.
        """
        if k < 1:
            raise ValueError(f"k = {k!r}: give how many times larger the mini-batch is, at least 1.")
        return cls(lr=k * positive("lr", lr), steps=steps, start=lr)
