"""Synchronous SGD, with and without backup workers, against asynchronous SGD, with and without stragglers; 4 workers.

A synchronous update uses the gradients of 4 workers (with a backup worker: of the first 3), an asynchronous one that of
one worker. So its mini-batch, and by the linear scaling rule its learning rate, are a quarter; all look at the same
number of examples in an epoch. Stragglers are every worker's exponential delays, the same for everybody, and make a
step much longer than it would be here: who waits for whom decides, not how fast this machine is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdkit import data as datasets
from sgdkit.asynchronous import AsyncSGD
from sgdkit.look import style
from sgdkit.models import ann, parabola
from sgdkit.optimizers import SGD
from sgdkit.stragglers import Stragglers
from sgdkit.sync import SyncSGD

from .measurement import Data, Options, say
from .table import Table

WORKERS = 4
DELAY = 0.02  # seconds, the mean
KINDS = ("synchronous", "3 + 1 backup", "asynchronous", "lock-free")
PROBLEMS = {"parabola": ("parabola", 20, 0.08, 60), "ann50": ("ANN 50 on the digits", 64, 0.02, 6)}
"""name -> title, examples in 4 workers' mini-batch, its learning rate, epochs."""


def measure(options: Options) -> Data:
    """Every algorithm on every problem, without stragglers and with them."""
    found = []
    for problem in PROBLEMS:
        for late in (False, True):
            for kind in KINDS:
                say(f"asynchronous: {problem}, {kind}{', stragglers' if late else ''}")
                found.append({"problem": problem, "late": late, "kind": kind, **train(problem, kind, late, options)})
    return {"runs": found, "delay": options.some(DELAY, DELAY / 10)}


def train(problem: str, kind: str, late: bool, options: Options) -> dict[str, Any]:
    """One run: the whole training set's loss after each epoch, against updates and seconds."""
    _, batch, lr, epochs = PROBLEMS[problem]
    epochs = options.some(epochs, 2)
    train_set = (datasets.parabola() if problem == "parabola" else datasets.digits(np.float32)).train
    model = parabola() if problem == "parabola" else ann(50)
    delays = Stragglers("exponential", options.some(DELAY, DELAY / 10)) if late else None
    trainer: Any
    if kind == "synchronous":
        trainer = SyncSGD(model, SGD(lr), workers=WORKERS, batch_size=batch, stragglers=delays)
    elif kind == "3 + 1 backup":
        trainer = SyncSGD(model, SGD(lr), workers=WORKERS - 1, backup=1, batch_size=batch, stragglers=delays)
    else:
        trainer = AsyncSGD(
            model, SGD(lr / WORKERS), workers=WORKERS, batch_size=batch // WORKERS, stragglers=delays,
            lock_free=kind == "lock-free",
        )  # fmt: skip
    with trainer:
        run = trainer.fit(train_set, epochs, progress=False)
    staleness = getattr(run, "staleness", np.zeros(1))
    return {
        "loss": [record.loss for record in run.epochs],
        "seconds": [record.seconds for record in run.epochs],
        "updates": [run.steps * (record.epoch + 1) // epochs for record in run.epochs],
        "staleness": float(staleness.mean()),
        "most_stale": int(staleness.max()),
    }


def runs(data: Data, problem: str, late: bool) -> dict[str, dict[str, Any]]:
    """kind -> what was measured."""
    return {run["kind"]: run for run in data["runs"] if run["problem"] == problem and run["late"] == late}


def tables(data: Data) -> list[Table]:
    """One for each problem."""
    made = []
    for problem, (title, batch, lr, _) in PROBLEMS.items():
        table = Table(
            f"asynchronous-{problem}",
            f"{title}: 4 workers, mini-batch {batch} and learning rate {lr:g} for a synchronous update, a quarter of "
            "both for an asynchronous one. Loss of all training data at the end; ms of an epoch; staleness in updates.",
            ["", "stragglers", "loss", "updates", "ms an epoch", "staleness, mean", "at most"],
        )
        for late in (False, True):
            for kind, run in runs(data, problem, late).items():
                row = [kind, _late(data, late), run["loss"][-1], str(run["updates"][-1])]
                row += [run["seconds"][-1] / len(run["seconds"]) * 1e3, run["staleness"], str(run["most_stale"])]
                table.rows.append(row)
        made.append(table)
    return made


def sentences(data: Data) -> list[str]:
    """What the stragglers cost whom."""
    said = []
    for problem, (title, *_) in PROBLEMS.items():
        costs = []
        for kind in KINDS:
            plain, late = (runs(data, problem, late)[kind]["seconds"][-1] for late in (False, True))
            epochs = len(runs(data, problem, True)[kind]["seconds"])
            costs.append(f"{kind} {(late - plain) / epochs * 1e3:.0f}")
        said.append(f"{title}, ms by which the stragglers lengthen an epoch: {', '.join(costs)}.")
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """Loss against updates and against seconds, a picture for each problem with stragglers and without."""
    return {
        f"asynchronous-{problem}{'-stragglers' if late else ''}": _picture(data, problem, late)
        for problem in PROBLEMS
        for late in (False, True)
    }


def _picture(data: Data, problem: str, late: bool) -> style.Picture:
    figure, (by_update, by_second) = style.picture(width=style.WIDE, columns=(1, 1))
    told = []
    for i, (kind, run) in enumerate(runs(data, problem, late).items()):
        look = {"color": figure.theme.colour(i), "ls": style.LINES[i], "lw": 2.2, "marker": style.MARKERS[i], "ms": 5}
        every = max(1, len(run["loss"]) // 12)
        by_update.plot(run["updates"], run["loss"], label=kind, markevery=every, **look)
        by_second.plot(run["seconds"], run["loss"], markevery=every, **look)
        told.append(f"{kind} {run['loss'][-1]:.3g} after {run['updates'][-1]} updates and {run['seconds'][-1]:.2g} s")
    for ax in (by_update, by_second):
        ax.set_xlim(left=0)
        ax.set_yscale("log")
    style.label(by_update, "updates of w", "loss J(w)/N of the training set")
    style.label(by_second, "training time (s)")
    by_second.sharey(by_update)
    by_second.tick_params(labelleft=False, which="both")
    how = f"stragglers: {_late(data, late)}"
    title = f"Synchronous and asynchronous SGD, {PROBLEMS[problem][0]}"
    return style.words(
        figure, title, f"4 workers; {how}.", f"{title}, {how}. Loss: {'; '.join(told)}.", named=by_update
    )


def _late(data: Data, late: bool) -> str:
    return f"exponential, {data['delay'] * 1e3:g} ms" if late else "none"
