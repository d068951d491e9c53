"""3-optimizers/optimizers/nesterov: w = w − lr·(g + μ·v) with the new v, or lr inside v (FACTS 7)."""

from __future__ import annotations

import numpy as np

from ..exercise import Case
from . import momentum
from .moves import Array, examine, exercise, faded, late, rule


def cases(rng: np.random.Generator) -> list[Case]:
    """As for momentum."""
    return momentum.draw(rng, "Nesterov")


def moves(g: Array, settings: tuple[float, ...]) -> Array:
    """(steps, size): the gradient of now, and μ times all gradients so far, faded."""
    lr, mu = settings
    return -lr * (g + mu * faded(g, mu))


MISCONCEPTIONS = (
    rule(
        "plain momentum",
        "This is plain momentum. Nesterov's looks ahead once more: the step is g + momentum * v with the NEW v.",
        momentum.moves,
    ),
    rule(
        "velocity reset",
        "The velocity is forgotten between the steps: keep v from one call of `step` to the next, in `self.v`.",
        lambda g, s: -s[0] * (1 + s[1]) * g,
    ),
    rule(
        "plain SGD",
        "This is a plain step of SGD: the velocity does not take part.",
        lambda g, s: -s[0] * g,
    ),
    rule("uphill", "w moves uphill: the step is subtracted.", lambda g, s: -moves(g, s)),
    rule(
        "momentum missing in the look ahead",
        "The step is g + v; it is g + momentum * v.",
        lambda g, s: -s[0] * (g + faded(g, s[1])),
    ),
    rule(
        "gradient missing in the step",
        "The step is momentum * v alone; it is g + momentum * v.",
        lambda g, s: -s[0] * s[1] * faded(g, s[1]),
    ),
    rule(
        "EMA for sum",
        "The velocity is a moving average, with 1 - momentum in front of g; here it is the sum momentum * v + g.",
        lambda g, s: -s[0] * (g + s[1] * (1 - s[1]) * faded(g, s[1])),
    ),
    rule(
        "EMA for sum",
        "Both sums are moving averages, with 1 - momentum in front of g; here there is no such factor.",
        lambda g, s: (1 - s[1]) * moves(g, s),
    ),
    rule(
        "old velocity twice",
        "The step looks ahead with the velocity of one step ago, times momentum: it is g + momentum * v with the "
        "new v.",
        lambda g, s: -s[0] * (g + s[1] ** 2 * faded(late(g), s[1])),
    ),
    rule(
        "learning rate missing",
        "The learning rate is missing: w moves by lr * (g + momentum * v).",
        lambda g, s: moves(g, s) / s[0],
    ),
    rule(
        "learning rate in one part",
        "Only the velocity is multiplied by lr: the gradient in the step needs it too.",
        lambda g, s: -(g + s[0] * s[1] * faded(g, s[1])),
    ),
    rule(
        "learning rate in one part",
        "Only the gradient is multiplied by lr: the velocity in the step needs it too.",
        lambda g, s: -(s[0] * g + s[1] * faded(g, s[1])),
    ),
    rule(
        "learning rate twice",
        "The learning rate is in v and again in the step: it belongs into one of the two.",
        lambda g, s: -s[0] * (g + s[0] * s[1] * faded(g, s[1])),
    ),
    rule(
        "velocity never fades",
        "The old velocity is not multiplied by momentum: v = momentum * v + g.",
        lambda g, s: -s[0] * (g + s[1] * np.cumsum(g, axis=0)),
    ),
)

EXERCISE = exercise(
    "nesterov",
    "Nesterov",
    2,
    cases,
    examine((moves,), MISCONCEPTIONS),
    "It looks one step of momentum ahead.",
    MISCONCEPTIONS,
)
