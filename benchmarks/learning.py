"""What the optimizers reach on the offline digits: test accuracy against seconds of training, two workers, float32.

    python -m benchmarks.learning                 table and picture into out/benchmarks
    python -m benchmarks.learning --newton        Newton's method on the parabola instead

Each setting is run with several seeds, which draw the first w and the order of the examples; all of them are
stated. 1,437 digits to train on, 360 to test on, so that 98 % leave 7 mistakes and 95 % leave 18. The learning rates
were chosen by hand on these data: they show what is reached, not what would be found without looking.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sgdkit import data as datasets
from sgdkit.look import style
from sgdkit.models import Network, ann, cnn
from sgdkit.optimizers import SGD, Adam, Momentum, Nesterov, Newton, Optimizer, StepDecay
from sgdkit.sync import SyncSGD

from .measurement import Data, Options, say
from .table import Table, texts

WORKERS = 2
SEEDS = (0, 1, 2, 3, 4)
NETWORKS: dict[str, Callable[[], Network]] = {"cnn": cnn, "ann50": partial(ann, 50)}
TARGETS = {"cnn": 0.98, "ann50": 0.95}


def falling(lr: float) -> Callable[[int], StepDecay]:
    """For a run of so many steps: a fifth of the rate after 60 % of them, a twenty-fifth after 85 %."""
    return lambda steps: StepDecay(lr, factor=0.2, every=(int(0.6 * steps), int(0.85 * steps)))


class Setting(NamedTuple):
    """What one line of the table did; `make` gives the optimizer of a run of so many steps."""

    network: str
    name: str
    make: Callable[[int], Optimizer]
    batch: int
    epochs: int


def settings() -> Iterator[Setting]:
    """All of them, λ = 0; for each network the first is the one that is held against the target."""
    yield Setting("cnn", "Adam 0.002", lambda n: Adam(falling(0.002)(n)), 16, 15)
    yield Setting("cnn", "Nesterov 0.02", lambda n: Nesterov(falling(0.02)(n)), 32, 20)
    yield Setting("cnn", "Momentum 0.02", lambda n: Momentum(falling(0.02)(n)), 32, 20)
    yield Setting("cnn", "SGD 0.1", lambda n: SGD(falling(0.1)(n)), 32, 30)
    yield Setting("ann50", "Adam 0.002", lambda n: Adam(falling(0.002)(n)), 32, 20)
    yield Setting("ann50", "Nesterov 0.01", lambda n: Nesterov(falling(0.01)(n)), 32, 20)
    yield Setting("ann50", "Momentum 0.01", lambda n: Momentum(falling(0.01)(n)), 32, 20)
    yield Setting("ann50", "SGD 0.05", lambda n: SGD(falling(0.05)(n)), 32, 50)
    yield Setting("ann50", "Newton", lambda n: Newton(cg_steps=20, tolerance=0.05), 1437, 20)


def measure(options: Options) -> Data:
    """Every setting once with every seed, a seed after the other."""
    rows: list[dict[str, Any]] = [
        {"network": s.network, "name": s.name, "batch": s.batch, "epochs": s.epochs, "runs": []} for s in settings()
    ]
    seeds = options.some(SEEDS, SEEDS[:1])
    for seed in seeds:
        for row, setting in zip(rows, settings(), strict=True):
            say(f"learning: {setting.network}, {setting.name}, seed {seed}")
            row["runs"].append(train(setting, seed, options.some(setting.epochs, 1)))
    return {"rows": rows, "seeds": list(seeds)}


def train(setting: Setting, seed: int, epochs: int) -> dict[str, Any]:
    """One run: seconds of training and test accuracy after each epoch, and what repr says of the optimizer."""
    digits = datasets.digits(np.float32)
    optimizer = setting.make(epochs * -(-len(digits.train) // setting.batch))
    network = NETWORKS[setting.network]()
    with SyncSGD(network, optimizer, workers=WORKERS, batch_size=setting.batch, seed=seed) as trainer:
        run = trainer.fit(digits.train, epochs=epochs, test=digits.test, progress=False)
    if run.diverged is not None:
        raise RuntimeError(f"{setting.network}, {setting.name}, seed {seed}: diverged at step {run.diverged}.")
    return {
        "optimizer": repr(optimizer),
        "seconds": [record.seconds for record in run.epochs],
        "accuracy": [record.test_accuracy for record in run.epochs],
    }


def at_the_end(row: dict[str, Any]) -> list[float]:
    """The test accuracy of every seed after the last epoch."""
    return [run["accuracy"][-1] for run in row["runs"]]


def seconds_to(row: dict[str, Any], target: float) -> list[float]:
    """When each seed first had this test accuracy after an epoch; infinity where it never had."""
    return [
        next((s for s, a in zip(run["seconds"], run["accuracy"], strict=True) if a >= target), float("inf"))
        for run in row["runs"]
    ]


def tables(data: Data) -> list[Table]:
    """One line a setting."""
    title = (
        f"Test accuracy on the digits, seeds {data['seeds'][0]} to {data['seeds'][-1]}, {WORKERS} workers, float32. "
        "Seconds: medians, training only; s to it: until the end of the epoch that first reached the target."
    )
    columns = ["", "batch", "epochs", "% lowest", "% median", "% highest", "target %", "seeds at it", "s to it", "s"]
    table = Table("learning", title, columns)
    for row in data["rows"]:
        target, end = TARGETS[row["network"]], at_the_end(row)
        first = float(np.median(seconds_to(row, target)))
        table.rows.append(
            [
                f"{row['network']}, {row['name']}",
                f"{row['batch']:,}",
                str(row["epochs"]),
                *(f"{100 * f(end):.1f}" for f in (np.min, np.median, np.max)),
                f"{100 * target:.0f}",
                f"{sum(a >= target for a in end)} of {len(end)}",
                first if np.isfinite(first) else "never",
                float(np.median([run["seconds"][-1] for run in row["runs"]])),
            ]
        )
    return [table]


def sentences(data: Data) -> list[str]:
    """Whether the targets are met, by which setting."""
    said = []
    for network, target in TARGETS.items():
        row = next(row for row in data["rows"] if row["network"] == network)
        end = at_the_end(row)
        met = "met" if min(end) >= target else "NOT met"
        said.append(
            f"{network}: goal {100 * target:.0f} % {met} by {row['runs'][0]['optimizer']}, mini-batches of "
            f"{row['batch']}, {row['epochs']} epochs: "
            + ", ".join(f"{100 * a:.1f}" for a in end)
            + f" % with seeds {', '.join(map(str, data['seeds']))}."
        )
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """Test accuracy against time: the median over the seeds, from the lowest to the highest shaded."""
    figure, axes = style.picture(width=style.WIDE, columns=(1, 1))
    told = []
    order = ["Adam", "Nesterov", "Momentum", "SGD", "Newton"]
    for ax, (network, target) in zip(axes, TARGETS.items(), strict=True):
        for row in (row for row in data["rows"] if row["network"] == network):
            kind = order.index(row["name"].split()[0])
            seconds = np.median([run["seconds"] for run in row["runs"]], axis=0)
            accuracy = 100 * np.array([run["accuracy"] for run in row["runs"]])
            colour = figure.theme.colour(kind)
            ax.fill_between(seconds, accuracy.min(axis=0), accuracy.max(axis=0), color=colour, alpha=0.13, lw=0)
            ax.plot(seconds, np.median(accuracy, axis=0), color=colour, lw=2, linestyle=style.LINES[kind % 4],
                    marker=style.MARKERS[kind], ms=5, markevery=(kind, 5), label=row["name"].split()[0])  # fmt: skip
            told.append(
                f"{network} with {row['name']}: {np.median(accuracy, axis=0)[-1]:.1f} % after {seconds[-1]:.1f} s"
            )
        ax.axhline(100 * target, color=figure.theme.ink, lw=1.2, linestyle=(0, (1, 2)))
        ax.set_xscale("log")
        ax.set_ylim(85, 100)
        style.label(ax, "training time (s)", "test accuracy (%)", f"{network}, goal {100 * target:.0f} %")
    caption = (
        f"Lines: medians over {len(data['seeds'])} seeds; shaded: from the lowest to the highest; dotted: the goal. "
        f"{WORKERS} workers. Accuracies below 85 % are not shown."
    )
    alt = "Test accuracy against training time. " + "; ".join(told) + "."
    return {"learning": style.words(figure, "Test accuracy while learning the digits", caption, alt, named=axes[-1])}


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    from . import newton

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--newton", action="store_true", help="20 steps of Newton against 2,000 of SGD")
    parser.add_argument("--quick", action="store_true", help="one epoch and seed: the figures mean nothing")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for CSV, PNG and alt text")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    part = newton if given.newton else None
    found = (newton.measure if part else measure)(Options(1, given.quick, given.out, {}))
    made = (newton.tables if part else tables)(found)
    print(texts(made))
    for table in made:
        table.save(given.out)
    print("\n".join((newton.sentences if part else sentences)(found)))
    for name, drawn in (newton.pictures if part else pictures)(found).items():
        drawn.save(given.out / f"{name}.png")
        (given.out / f"{name}.txt").write_text(drawn.alt + "\n", encoding="utf-8")
        print(f"{given.out / name}.png: {drawn.alt}")


if __name__ == "__main__":
    main()
