"""The simulation against real processes on this machine, and with steps to a target measured on real training.

Agreement: 2 to 8 real processes train a tiny network with injected delays, and the simulation is given the very same
delays, one for each worker and step, and nothing else: no network, no time for an update. Sleeping workers need no
core, so this holds on a small machine, too. The real runs must then take a little longer, by what the engine itself
needs; with backup workers a photo finish may go the other way, and the two go on differently from there. The stated
band, on a machine that does nothing else: real over simulated from 0.9 to 1.15.

Steps to the target: an ANN with 50 hidden nodes on the digits, for each mini-batch with the best of a few learning
rates, and the model steps(B) = least · (1 + noise scale/B) fitted to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sgdkit import data as datasets
from sgdkit.asynchronous import AsyncSGD
from sgdkit.look import style
from sgdkit.look.simulated import simulated
from sgdkit.models import ann, parabola
from sgdkit.optimizers import SGD
from sgdkit.simulate import AlphaBeta, Cluster, Exponential, Late, Replay, StepsToTarget, run_async, run_sync
from sgdkit.simulate.compute import Constant
from sgdkit.simulate.sweep import against_backup, spread
from sgdkit.stragglers import Stragglers
from sgdkit.sync import SyncSGD

from .measurement import Data, Options, say
from .table import Table

DELAY = 0.1  # seconds, the mean
BAND = (0.9, 1.15)
SHAPES = ((2, 0), (1, 1), (4, 0), (3, 1), (8, 0), (7, 1), (6, 2))  # N, b
KINDS = ("exponential", "pareto")
TARGET = 0.15  # loss of the whole training set
RATES = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08)


def measure(options: Options) -> Data:
    """Real runs beside simulated ones, and the steps that real training needs."""
    steps, delay = options.some(30, 5), options.some(DELAY, DELAY / 20)
    found = []
    for kind in KINDS:
        for workers, backup in SHAPES:
            say(f"simulation: {kind}, {workers} + {backup}")
            late, n = Stragglers(kind, delay, seed=workers), workers + backup
            train = datasets.parabola().train.take(slice(0, 50 // n * n))  # a shard for every worker in every step
            with SyncSGD(
                parabola(), SGD(0.01), workers=workers, backup=backup, batch_size=n, stragglers=late
            ) as trainer:
                warm, run = (
                    trainer.fit(train, 10**4, progress=False, evaluate=False, callback=_stop(count))
                    for count in (2, steps)
                )
            assert warm.steps == 2
            replayed = Replay(late.delays(n, steps))
            ended = run_sync(Cluster(workers, backup, replayed), steps).ended
            real, ideal = (float(ends[-1] - ends[0]) / (steps - 1) for ends in (run.seconds, ended))
            found.append({"kind": kind, "workers": workers, "backup": backup, "real": real, "simulated": ideal})
    return {
        "sync": found,
        "async": [asynchronous(workers, delay, options.some(200, 20)) for workers in (2, 4, 8)],
        "steps": steps,
        "delay": delay,
        "target": to_target(options),
    }


def asynchronous(workers: int, delay: float, updates: int) -> dict[str, Any]:
    """Seconds an update and mean staleness, real and simulated; the delays are other draws of the same distribution."""
    late = Stragglers("exponential", delay)
    with AsyncSGD(parabola(), SGD(0.001), workers=workers, batch_size=2, stragglers=late) as trainer:
        run = trainer.fit(datasets.parabola().train, 10**4, progress=False, evaluate=False, callback=_stop(updates))
    long = run_async(Cluster(workers, compute=Late(Constant(0.0), late)), 20_000)
    return {
        "workers": workers,
        "real": float(run.seconds[-1] - run.seconds[0]) / (updates - 1),
        "simulated": long.mean,
        "staleness": float(run.staleness.mean()),
        "simulated_staleness": float(long.staleness.mean()),
    }


def to_target(options: Options) -> list[dict[str, float]]:
    """batch -> the fewest steps to the target loss over the learning rates."""
    train = datasets.digits(np.float32).train
    found = []
    for batch in options.some((8, 16, 32, 64, 128, 256, 512), (16, 64)):
        say(f"simulation: steps to the target, batch {batch}")
        most = options.some(3000, 60)
        best, best_rate = float("inf"), 0.0
        for rate in RATES:
            steps = steps_needed(train, batch, rate, int(min(best, most)), options.some(TARGET, 0.4))
            if steps < best:
                best, best_rate = steps, rate
        if np.isfinite(best):
            found.append({"batch": batch, "steps": best, "rate": best_rate})
    return found


def steps_needed(train: datasets.Dataset, batch: int, rate: float, most: int, target: float) -> float:
    """Steps until the loss of the whole training set is below the target; looked at every 2 % of them."""
    model = ann(50)
    reached = float("inf")

    def look(step: Any) -> bool:
        nonlocal reached
        if (step.step + 1) % max(1, step.step // 50) == 0 and model.loss(step.w, train.X, train.Y) / len(
            train
        ) < target:
            reached = step.step + 1
        return reached < float("inf") or step.step + 1 >= most

    with SyncSGD(model, SGD(rate), workers=1, batch_size=batch, engine="serial") as trainer:
        trainer.fit(train, 10**4, progress=False, evaluate=False, callback=look)
    return reached


def fitted(data: Data) -> StepsToTarget | None:
    """The model, where enough was measured and it holds at all."""
    try:
        return StepsToTarget.fit([p["batch"] for p in data["target"]], [p["steps"] for p in data["target"]])
    except ValueError:
        return None


def tables(data: Data) -> list[Table]:
    """Agreement, and steps to the target."""
    made = Table(
        "simulation-sync",
        f"{data['steps'] - 1} steps with injected delays of {data['delay'] * 1e3:g} ms on average: ms a step.",
        ["N + b, delays", "real", "simulated", "real / simulated"],
    )
    for run in data["sync"]:
        name = f"{run['workers']} + {run['backup']}, {run['kind']}"
        made.rows.append([name, run["real"] * 1e3, run["simulated"] * 1e3, run["real"] / run["simulated"]])
    other = Table(
        "simulation-async",
        "Asynchronous SGD, exponential delays: ms an update, and mean staleness in updates.",
        ["workers", "real", "simulated", "staleness, real", "staleness, simulated"],
    )
    for run in data["async"]:
        other.rows.append([str(run["workers"]), run["real"] * 1e3, run["simulated"] * 1e3, run["staleness"],
                           run["simulated_staleness"]])  # fmt: skip
    model = fitted(data)
    steps = Table(
        "simulation-target",
        f"Steps of SGD until the ANN with 50 hidden nodes has a loss of {TARGET} on the digits.",
        ["mini-batch", "steps", "learning rate", "model"],
    )
    for p in data["target"]:
        steps.rows.append([str(p["batch"]), float(p["steps"]), f"{p['rate']:g}", model(p["batch"]) if model else None])
    return [made, other, steps]


def sentences(data: Data) -> list[str]:
    """Whether the band is kept, and the fitted model."""
    ratios = [run["real"] / run["simulated"] for run in data["sync"]]
    kept = "kept" if BAND[0] <= min(ratios) and max(ratios) <= BAND[1] else "NOT kept"
    said = [
        f"Real over simulated: {min(ratios):.3f} to {max(ratios):.3f}; the band of {BAND[0]} to {BAND[1]} is {kept}.",
    ]
    model = fitted(data)
    said.append(f"Fitted: {model}." if model else "The steps to the target could not be fitted.")
    if model:
        said += [f"Assumed in the picture of a cluster: {sentence}" for sentence in cluster().assumptions()]
    return said


def cluster() -> Cluster:
    """100 machines, of the kind on which Chen et al. tried backup workers; w of the ANN in float32, 10 Gbit/s."""
    late = Late(Exponential(0.2), Stragglers("exponential", 2.0, 0.02))
    return Cluster(96, 4, late, AlphaBeta(50e-6, 8e-10), size=4 * 39_750, update=1e-4)


def pictures(data: Data) -> dict[str, style.Picture]:
    """Real against simulated; and time to the target of a cluster, against its backup workers."""
    figure, (ax,) = style.picture()
    for i, kind in enumerate(KINDS):
        chosen = [run for run in data["sync"] if run["kind"] == kind]
        x, y = ([run[what] * 1e3 for run in chosen] for what in ("simulated", "real"))
        ax.plot(x, y, style.MARKERS[i], color=figure.theme.colour(i), ms=9, label=f"{kind} delays")
    ends = [0, 1.1e3 * max(run["real"] for run in data["sync"])]
    ax.plot(ends, ends, color=figure.theme.muted, lw=1.5, label="equal")
    ax.set_xlim(*ends)
    ax.set_ylim(*ends)
    style.label(ax, "simulated time of a step (ms)", "real time of a step (ms)")
    ratios = [run["real"] / run["simulated"] for run in data["sync"]]
    caption = (
        f"2 to 8 processes, some of them backup workers; real over simulated {min(ratios):.3f} to {max(ratios):.3f}."
    )
    title = "The simulation and real processes"
    drawn = {"simulation-agreement": style.words(figure, title, caption, f"{title}. {caption}", named=ax)}
    model = fitted(data)
    if model:
        base = replace(cluster(), workers=100, backup=0)
        points = against_backup(base, spread(20), 200, model, examples=8)
        drawn["simulation-backup"] = simulated(points, "backup")
    return drawn


def _stop(steps: int) -> Any:
    return lambda step: step.step + 1 == steps
