"""3-optimizers/optimizers/momentum: v = μ·v + g, w = w − lr·v, or lr inside v (FACTS 7); lr stays constant here."""

from __future__ import annotations

import numpy as np

from ..exercise import Case
from .moves import Array, case, examine, exercise, faded, late, rule

NAMES = ("lr", "momentum")
# How many steps, and how many parameters; smallest first.
RUNS = ((3, 1), (4, 3), (5, 4))


def cases(rng: np.random.Generator) -> list[Case]:
    """Gradients that change in every step, and settings that differ from case to case."""
    return draw(rng, "Momentum")


def draw(rng: np.random.Generator, call: str) -> list[Case]:
    """The same for Nesterov's."""
    found = []
    for (steps, size), lr, mu in zip(
        RUNS, rng.permutation([0.3, 0.2, 0.05]), rng.permutation([0.9, 0.8, 0.7]), strict=True
    ):
        g = rng.normal(size=(steps, size))
        g += 0.3 * np.sign(g)
        found.append(case(call, (float(lr), float(mu)), NAMES, rng.normal(size=size), g))
    return found


def moves(g: Array, settings: tuple[float, ...]) -> Array:
    """(steps, size): every gradient so far counts, an older one less by μ for every step since."""
    lr, mu = settings
    return -lr * faded(g, mu)


def _last_two(g: Array, settings: tuple[float, ...]) -> Array:
    return -settings[0] * (g + settings[1] * late(g))


MISCONCEPTIONS = (
    rule(
        "velocity reset",
        "The velocity is forgotten: every step is a plain step of SGD. Keep v from one call of `step` to the next, in "
        "`self.v`.",
        lambda g, s: -s[0] * g,
    ),
    rule(
        "EMA for sum",
        "The velocity is a moving average, with 1 - momentum in front of g; here it is the sum momentum * v + g, "
        "which is "
        "1 / (1 - momentum) times longer.",
        lambda g, s: (1 - s[1]) * moves(g, s),
    ),
    rule("uphill", "w moves uphill: the gradient points up, so lr * v is subtracted.", lambda g, s: -moves(g, s)),
    rule(
        "learning rate twice",
        "The learning rate is in v and again in the step: it belongs into one of the two.",
        lambda g, s: s[0] * moves(g, s),
    ),
    rule(
        "learning rate missing",
        "The learning rate is missing: w moves by lr * v.",
        lambda g, s: moves(g, s) / s[0],
    ),
    rule(
        "velocity never fades",
        "The old velocity is not multiplied by momentum: v = momentum * v + g.",
        lambda g, s: -s[0] * np.cumsum(g, axis=0),
    ),
    rule(
        "momentum on the gradient",
        "momentum multiplies the gradient instead of the old velocity: v = momentum * v + g.",
        lambda g, s: -s[0] * s[1] * np.cumsum(g, axis=0),
    ),
    rule(
        "momentum on both",
        "momentum multiplies the new gradient too: only the old velocity fades, v = momentum * v + g.",
        lambda g, s: s[1] * moves(g, s),
    ),
    rule(
        "weights exchanged",
        "The weights are exchanged: the old velocity counts momentum, the new gradient 1.",
        lambda g, s: -s[0] * s[1] * faded(g, 1 - s[1]),
    ),
    rule(
        "stale velocity",
        "w moves by the velocity of one step ago: first v = momentum * v + g, then the step.",
        lambda g, s: late(moves(g, s)),
    ),
    rule(
        "last two gradients only",
        "Only the last two gradients count: keep the velocity, not the gradient, for the next step.",
        _last_two,
    ),
    rule(
        "Nesterov's",
        "This is Nesterov's momentum, which is the next exercise: here w moves by lr * v.",
        lambda g, s: -s[0] * (g + s[1] * faded(g, s[1])),
    ),
    rule(
        "momentum fixed",
        "momentum is always 0.9: use the one that is given.",
        lambda g, s: -s[0] * faded(g, 0.9),
    ),
    rule(
        "old velocity with the wrong sign",
        "The old velocity is subtracted from the gradient: v = momentum * v + g.",
        lambda g, s: -s[0] * faded(g, -s[1]),
    ),
)

EXERCISE = exercise(
    "momentum",
    "Momentum",
    2,
    cases,
    examine((moves,), MISCONCEPTIONS),
    "Older gradients still push, each step a little less.",
    MISCONCEPTIONS,
)
