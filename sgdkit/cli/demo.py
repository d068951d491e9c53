"""``python -m sgdkit demo``: the main idea in a minute, on real digits with one and with two workers."""

from __future__ import annotations

import sys
from argparse import Namespace

import numpy as np

from ..data import digits
from ..models import ann
from ..optimizers import SGD
from ..run import Run
from ..sync import SyncSGD
from . import output
from .values import Parser, folder, one_of, program

HELP = "Train the slides' network on real digits with 1 and with 2 workers; print the report, draw the pictures."

HIDDEN, BATCH, RATE, EPOCHS, SEED = 50, 256, 0.02, 80, 0


def add_arguments(parser: Parser) -> None:
    """The options of this command."""
    parser.add_argument("--out", default="out/demo", metavar="FOLDER", help="where everything is written")
    parser.add_argument(
        "--theme", type=one_of("--theme", ("light", "dark")), default="light", help="of the pictures: light or dark"
    )


def run(arguments: Namespace) -> int:
    """Train twice, compare, draw; 0, or 130 after Ctrl-C."""
    where = folder(arguments.out)
    train, test = digits()
    runs: dict[str, Run] = {}
    for workers in (1, 2):
        name = "1 worker" if workers == 1 else f"{workers} workers"
        print(f"Training with {name} …", flush=True)
        with SyncSGD(ann(HIDDEN), optimizer=SGD(RATE), workers=workers, batch_size=BATCH, seed=SEED) as trainer:
            runs[name] = trainer.fit(train, epochs=EPOCHS, test=test)
        output.save_numbers(runs[name], where / name.replace(" ", "-"))
        if runs[name].interrupted:
            print(f"Stopped after step {runs[name].steps:,}; what was reached by then is in {where}.", file=sys.stderr)
            return 130
    print(f"\n{output.save_report(runs, where)}\n")
    print(same_in_words(*runs.values()))
    print(faster_in_words(*runs.values()))
    try:
        draw(runs, arguments)
    except KeyboardInterrupt:
        print(f"Stopped while drawing; the numbers and the report are in {where}.", file=sys.stderr)
        return 130
    print(f"The pictures are in {where}: loss_contour.png, loss.png, timeline.png, digits.png.")
    return 0


def draw(runs: dict[str, Run], arguments: Namespace) -> None:
    """The pictures of the demo, of the run with two workers where they show one run."""
    from ..look import digits_with_predictions, loss_contour, loss_curve, timeline

    where, theme = folder(arguments.out), arguments.theme
    train, test = digits()
    last = list(runs.values())[-1]
    loss_curve(runs, theme=theme).save(where / "loss.png")
    timeline(last, theme=theme).save(where / "timeline.png")
    digits_with_predictions(last.model, last.w, test, theme=theme).save(where / "digits.png")
    loss_contour(last, train, theme=theme, progress=True).save(where / "loss_contour.png")


def same_in_words(one: Run, two: Run) -> str:
    """By how much the results of two runs differ: rounding only, if synchronous SGD is what it says."""
    gap = float(np.max(np.abs(one.w - two.w)) / np.max(np.abs(one.w)))
    if gap == 0:
        return "One worker and two gave the same w, bit for bit: the workers only share the work."
    verdict = "to rounding" if gap < 1e-9 else "NOT to rounding, which should not be"
    return (
        f"One worker and two gave the same w {verdict} (the largest difference is {gap:.0e} of the largest weight): "
        "synchronous SGD is large-batch SGD whose gradient several processes compute together."
    )


def faster_in_words(one: Run, two: Run) -> str:
    """How the time of a step changes with the second worker, and what that says."""
    before, after = (float(np.median(np.diff(run.seconds))) * 1e3 for run in (one, two))
    measured = (
        f"A step takes {before:.2f} ms with one worker and {after:.2f} ms with two, {before / after:.1f} times as fast."
    )
    if before / after > 1.2:
        return measured
    return (
        f"{measured} A mini-batch of {BATCH} holds little work to share, and other programs may want the cores. "
        f"Compare: {program()} train --batch-size 1024 --workers 1 (or 2)."
    )
