"""3-optimizers/optimizers/adam: Algorithm 1 of Kingma & Ba, or TensorFlow's order of its last line (FACTS 7).

The two differ by where ε stands beside the bias correction; either passes, the same in all cases.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..exercise import Case, Fault
from .moves import Array, case, examine, exercise, faded, rule

NAMES = ("lr", "beta1", "beta2", "eps")
FADING = " and gradients that become small"  # the average of their squares falls
SMALL = " and gradients of about 0.0001, one of them always 0"
Settings = tuple[float, ...]


def cases(rng: np.random.Generator) -> list[Case]:
    """One parameter; several; gradients that become small; small gradients, where ε shows, one of them always 0."""
    found = []
    runs = ((3, 1, ""), (4, 3, ""), (5, 2, FADING), (5, 4, SMALL))
    beta2s = [*rng.permutation([0.999, 0.99]), 0.9, 0.97]  # v falls soon where the gradients become small
    betas = zip(rng.permutation([0.9, 0.8, 0.85, 0.7]), beta2s, strict=True)
    for (steps, size, more), (beta1, beta2) in zip(runs, betas, strict=True):
        g = rng.uniform(0.4, 2.0, size=(steps, size)) * rng.choice([-1.0, 1.0], size=(steps, size))
        if more == FADING:
            g[2:] *= 0.01
        if more == SMALL:
            g *= 1e-4
            g[:, -1] = 0.0
        eps = float(rng.choice([1e-6, 3e-7])) if more == SMALL else 1e-8
        settings = (float(rng.choice([0.1, 0.02, 0.3])), float(beta1), float(beta2), eps)
        found.append(case("Adam", settings, NAMES, rng.normal(size=size), g, more))
    return found


def _t(g: Array) -> Array:
    return np.arange(1, len(g) + 1)[:, None]


def averages(g: Array, s: Settings) -> tuple[Array, Array, Array, Array]:
    """m and v, and what they are divided by, each (steps, …): sums over all gradients so far, no recurrence."""
    _, beta1, beta2, _ = s
    t = _t(g)
    return (1 - beta1) * faded(g, beta1), (1 - beta2) * faded(g**2, beta2), 1 - beta1**t, 1 - beta2**t


def paper(g: Array, s: Settings) -> Array:
    """m̂ / (√v̂ + ε), as PyTorch and Optax do."""
    m, v, c1, c2 = averages(g, s)
    return -s[0] * (m / c1) / (np.sqrt(v / c2) + s[3])


def tensorflow(g: Array, s: Settings) -> Array:
    """lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε̂)."""
    m, v, c1, c2 = averages(g, s)
    return -s[0] * np.sqrt(c2) / c1 * m / (np.sqrt(v) + s[3])


def _with(form: Callable[[Array, Array, Array, Array, Array, Settings], Array]) -> Callable[[Array, Settings], Array]:
    """A variation of the last line: form(g, m, v, c1, c2, s) is what is subtracted, without lr."""

    def moves(g: Array, s: Settings) -> Array:
        with np.errstate(all="ignore"):
            return -s[0] * form(g, *averages(g, s), s)

    return moves


def _shifted(by: int) -> Callable[[Array, Settings], Array]:
    """t counted from 1 + by."""

    def moves(g: Array, s: Settings) -> Array:
        m, v, _, _ = averages(g, s)
        t = _t(g) + by
        return -s[0] * (m / (1 - s[1] ** t)) / (np.sqrt(v / (1 - s[2] ** t)) + s[3])

    return moves


def _per_entry(g: Array, s: Settings) -> Array:
    """t counts on with every entry."""
    m, v, _, _ = averages(g, s)
    t = np.arange(1, g.size + 1).reshape(g.shape)
    return -s[0] * (m / (1 - s[1] ** t)) / (np.sqrt(v / (1 - s[2] ** t)) + s[3])


def _overwritten(g: Array, s: Settings) -> Array:
    """The corrected averages are kept as the averages themselves."""
    m, v, rows = np.zeros(g.shape[1]), np.zeros(g.shape[1]), []
    for t, row in enumerate(g, start=1):
        m = (s[1] * m + (1 - s[1]) * row) / (1 - s[1] ** t)
        v = (s[2] * v + (1 - s[2]) * row**2) / (1 - s[2] ** t)
        rows.append(-s[0] * m / (np.sqrt(v) + s[3]))
    return np.array(rows)


def _exchanged(g: Array, s: Settings) -> Array:
    return paper(g, (s[0], s[2], s[1], s[3]))


def _amsgrad(g: Array, s: Settings) -> Array:
    m, v, c1, c2 = averages(g, s)
    return -s[0] * (m / c1) / (np.sqrt(np.maximum.accumulate(v) / c2) + s[3])


def _usual(g: Array, s: Settings) -> Array:
    return paper(g, (s[0], 0.9, 0.999, s[3]))


MISCONCEPTIONS = (
    rule(
        "no bias correction",
        "There is no bias correction: m and v start at 0 and are too small at first. Divide them by 1 - beta1**t and "
        "1 - beta2**t.",
        _with(lambda g, m, v, c1, c2, s: m / (np.sqrt(v) + s[3])),
    ),
    rule(
        "no bias correction of m",
        "m is not corrected: divide it by 1 - beta1**t.",
        _with(lambda g, m, v, c1, c2, s: m / (np.sqrt(v / c2) + s[3])),
    ),
    rule(
        "no bias correction of v",
        "v is not corrected: divide it by 1 - beta2**t.",
        _with(lambda g, m, v, c1, c2, s: m / c1 / (np.sqrt(v) + s[3])),
    ),
    rule(
        "bias correction without its root",
        "The correction of v is outside the root: it is √(v / (1 - beta2**t)).",
        _with(lambda g, m, v, c1, c2, s: m / c1 / (np.sqrt(v) / c2 + s[3])),
    ),
    rule(
        "ε inside the root",
        "ε is inside the root: it is √v̂ + ε, not √(v̂ + ε). Where the gradients are small that is much larger.",
        _with(lambda g, m, v, c1, c2, s: m / c1 / np.sqrt(v / c2 + s[3])),
    ),
    rule(
        "t off by one",
        "t is one too large: it counts the steps and is 1 in the first one.",
        _shifted(1),
    ),
    rule(
        "t never counts",
        "t stays 1: it counts the steps, 1, 2, 3 and so on.",
        _with(lambda g, m, v, c1, c2, s: (m / c1[0]) / (np.sqrt(v / c2[0]) + s[3])),
    ),
    rule(
        "t counts the entries",
        "t counts the entries of w that were changed; it counts the steps, and is the same for all entries.",
        _per_entry,
    ),
    rule(
        "averages forgotten",
        "m and v are forgotten between the steps, so that only the sign of g is left: keep them in `self`.",
        _with(lambda g, m, v, c1, c2, s: g / (np.abs(g) + s[3])),
    ),
    rule(
        "averages forgotten",
        "m and v are forgotten between the steps while t counts on: keep them in `self`.",
        _with(lambda g, m, v, c1, c2, s: ((1 - s[1]) * g / c1) / (np.sqrt((1 - s[2]) * g**2 / c2) + s[3])),
    ),
    rule(
        "corrected averages kept",
        "The corrected m and v are kept for the next step: keep m and v as they are, and correct copies of them.",
        _overwritten,
    ),
    rule("uphill", "w moves uphill: the step is subtracted.", lambda g, s: -paper(g, s)),
    rule(
        "root missing",
        "The root over v is missing: it is √v̂ + ε.",
        _with(lambda g, m, v, c1, c2, s: m / c1 / (v / c2 + s[3])),
    ),
    rule(
        "betas exchanged",
        "beta1 and beta2 are exchanged: beta1 belongs to m, beta2 to v.",
        _exchanged,
    ),
    rule(
        "one beta for both",
        "beta1 is used for v too: beta1 belongs to m, beta2 to v.",
        lambda g, s: paper(g, (s[0], s[1], s[1], s[3])),
    ),
    rule(
        "one beta for both",
        "beta2 is used for m too: beta1 belongs to m, beta2 to v.",
        lambda g, s: paper(g, (s[0], s[2], s[2], s[3])),
    ),
    rule(
        "sum for EMA",
        "m is a sum: the new gradient counts 1 - beta1, m = beta1 * m + (1 - beta1) * g.",
        _with(lambda g, m, v, c1, c2, s: m / (1 - s[1]) / c1 / (np.sqrt(v / c2) + s[3])),
    ),
    rule(
        "sum for EMA",
        "v is a sum: the square of the new gradient counts 1 - beta2.",
        _with(lambda g, m, v, c1, c2, s: m / c1 / (np.sqrt(v / (1 - s[2]) / c2) + s[3])),
    ),
    rule(
        "sum for EMA",
        "m and v are sums: the new gradient counts 1 - beta1, its square 1 - beta2.",
        _with(lambda g, m, v, c1, c2, s: m / (1 - s[1]) / c1 / (np.sqrt(v / (1 - s[2]) / c2) + s[3])),
    ),
    rule(
        "no momentum",
        "The gradient itself is divided by the root, which is RMSprop: Adam takes m̂.",
        _with(lambda g, m, v, c1, c2, s: g / (np.sqrt(v / c2) + s[3])),
    ),
    rule(
        "no scaling",
        "The division by √v̂ + ε is missing.",
        _with(lambda g, m, v, c1, c2, s: m / c1),
    ),
    rule(
        "one v for all entries",
        "v is one number for all entries: square g entry by entry, g**2, and do not add up.",
        _with(
            lambda g, m, v, c1, c2, s: m / c1 / (np.sqrt(v.sum(axis=1, keepdims=True) / c2) + s[3]),
        ),
    ),
    rule("learning rate missing", "The learning rate is missing.", lambda g, s: paper(g, s) / s[0]),
    rule("ε fixed", "ε is always 1e-8: use the one that is given.", lambda g, s: paper(g, (*s[:3], 1e-8))),
    rule(
        "AMSGrad",
        "The largest v so far is used, which is AMSGrad: here v falls again when the gradients become small.",
        _amsgrad,
    ),
    rule("betas fixed", "beta1 and beta2 are always 0.9 and 0.999: use the ones that are given.", _usual),
)


def not_finite(case: Case, moves: Array) -> Fault | None:
    """A division by 0 says what it comes from by where it happens."""
    g = case.args[2]
    broken = ~np.isfinite(moves)
    if broken[0].all() and g[0].all():
        return Fault(
            f"{case.about}, w is no longer finite after the first step: t is 0 there, and 1 - beta1**0 is 0. "
            "t is 1 in the first step: count before you divide.",
            "t from 0",
        )
    if broken.any() and np.array_equal(broken.any(axis=0), ~g.any(axis=0)):
        return Fault(
            f"{case.about}, the entry of w whose gradient is always 0 becomes nan: 0 / √0. That is what ε is for: "
            "√v̂ + ε is never 0.",
            "ε missing",
        )
    return None


EXERCISE = exercise(
    "adam",
    "Adam",
    3,
    cases,
    examine((paper, tensorflow), MISCONCEPTIONS, not_finite),
    "Every parameter has a learning rate of its own.",
    MISCONCEPTIONS,
)
