"""Newton's method on the parabola network: 20 steps against 2,000 of gradient descent, from the same first w.

The whole training set of 50 points at every step, λ = 0, float64, two workers. Newton asks the workers for
Hessian-vector products and writes down the 16 × 16 Hessian (`direct`) or solves with conjugate gradients. SGD has a
constant learning rate: of 0.05, 0.1, 0.2, 0.3 and 0.4 the one whose worst seed ends lowest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sgdkit import data as datasets
from sgdkit.look import style
from sgdkit.models import parabola
from sgdkit.optimizers import SGD, Newton, Optimizer
from sgdkit.sync import SyncSGD

from .measurement import Data, Options, say
from .table import Table

SEEDS = (0, 1, 2, 3, 4)
METHODS: dict[str, tuple[Callable[[], Optimizer], int]] = {
    "SGD 0.2": (lambda: SGD(0.2), 2000),
    "Newton, direct": (Newton, 20),
    "Newton, conjugate gradients": (lambda: Newton(direct=0), 20),
}


def measure(options: Options) -> Data:
    """Every method once with every seed."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in METHODS}
    seeds = options.some(SEEDS, SEEDS[:1])
    for seed in seeds:
        for name, (make, steps) in METHODS.items():
            say(f"newton: {name}, seed {seed}")
            found[name].append(train(make(), options.some(steps, 3), seed))
    return {"samples": found, "seeds": list(seeds)}


def train(optimizer: Optimizer, steps: int, seed: int) -> dict[str, Any]:
    """One run: the loss J/N before each step and after the last one, and the seconds it took."""
    with SyncSGD(parabola(), optimizer, workers=2, batch_size=50, seed=seed) as trainer:
        run = trainer.fit(datasets.parabola().train, epochs=steps, progress=False)
    return {"loss": [*run.loss.tolist(), run.epochs[-1].loss], "seconds": float(run.seconds[-1])}


def tables(data: Data) -> list[Table]:
    """One line a seed."""
    table = Table(
        "newton",
        "The parabola's loss per example, in millionths, after 2,000 steps of SGD and 20 of Newton; seconds: medians.",
        ["", *METHODS],
    )
    samples = data["samples"]
    for i, seed in enumerate(data["seeds"]):
        table.rows.append([f"seed {seed}", *(samples[name][i]["loss"][-1] * 1e6 for name in METHODS)])
    table.rows.append(["seconds", *(float(np.median([run["seconds"] for run in samples[n]])) for n in METHODS)])
    return [table]


def sentences(data: Data) -> list[str]:
    """By how much Newton's 20 steps go below SGD's 2,000."""
    sgd = np.array([min(run["loss"]) for run in data["samples"]["SGD 0.2"]])
    said = []
    for name, runs in data["samples"].items():
        if name.startswith("Newton"):
            ratios = sgd / [run["loss"][-1] for run in runs]
            said.append(
                f"{name}: after {len(runs[0]['loss']) - 1} steps the loss is {ratios.min():.1f} to {ratios.max():.1f} "
                f"times lower than any that SGD had in {len(data['samples']['SGD 0.2'][0]['loss']) - 1:,} steps."
            )
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """The loss against the step, both logarithmic, one line a seed."""
    figure, (ax,) = style.picture()
    told = []
    for i, (name, runs) in enumerate(data["samples"].items()):
        for run in runs:
            ax.plot(np.arange(len(run["loss"])) + 1, run["loss"], color=figure.theme.colour(i), lw=1.6,
                    linestyle=style.LINES[i], label=name if run is runs[0] else None)  # fmt: skip
            ax.plot(len(run["loss"]), run["loss"][-1], style.MARKERS[i], color=figure.theme.colour(i), ms=6)
        ends = [run["loss"][-1] for run in runs]
        told.append(
            f"{name} ends between {style.number(min(ends))} and {style.number(max(ends))} "
            f"after {len(runs[0]['loss']) - 1:,} steps"
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    style.label(ax, "step (1: before the first update)", "loss J(w)/N per example")
    caption = f"Seeds {', '.join(map(str, data['seeds']))}; all 50 points at every step, λ = 0."
    alt = "Loss of the parabola network against the step. " + "; ".join(told) + "."
    return {"newton": style.words(figure, "20 steps of Newton, 2,000 of SGD", caption, alt, named=ax)}
