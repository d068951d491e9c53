"""What the loop costs beyond gradient and update, what the timeline costs, and what an epoch's shuffling costs.

Overhead of a step = its length (from the master's `shared` to the next one) − the slowest worker's computing (begin to
end) − the master's averaging and updating (`passed` to `updated`). So it holds the sharing of w, the waking of
workers and master, and the history. Its parts are medians, too, which need not add up.

The timeline's cost is far below the noise of two runs, so its parts are timed in a loop of their own: the readings of
the clock that only the timeline needs, the copy of the workers' readings, and the recorder's row.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from sgdkit.look import style
from sgdkit.timeline import Recorder

from .case import Case
from .driver import Candidate, rounds
from .measurement import Data, Options, median, say
from .table import Table

PARTS = ("median", "compute", "update", "overhead", "share", "skew", "barrier", "history")
WORKERS = 2


def measure(options: Options) -> Data:
    """The kit with 2 workers alone, and the parts of the recording."""
    found: list[dict[str, Any]] = []
    few = [Case("ann10", 64, examples=256)]
    many = [Case(network, batch) for network in ("ann10", "ann50") for batch in (64, 256, 1024, 4096)]
    many += [Case("cnn", batch, examples=2048) for batch in (32, 128, 512)]
    for case in options.some(many, few):
        say(f"overhead: {case.title}")
        ours = Candidate("ours", "sgdkit", {"workers": WORKERS}, blas=None)
        found.append({"case": vars(case), "samples": rounds([ours], case, options.rounds)["ours"]})
    number = options.some(20_000, 100)
    recording = {name: _seconds(part, number) for name, part in recording_parts(WORKERS).items()}
    return {"cases": found, "recording": recording, "rounds": options.rounds}


def recording_parts(workers: int) -> dict[str, Callable[[], object]]:
    """What a step does for the timeline, in pieces that can be called; the worker's part is done at once by all."""
    recorder, clock = Recorder(workers), np.zeros((workers, 8))

    def worker() -> None:
        clock[0, 0] = time.perf_counter()
        clock[0, 1] = time.perf_counter()
        clock[0, 2] = time.perf_counter()

    def master() -> None:
        clock[:] = np.nan
        begin, passed, updated = time.perf_counter(), time.perf_counter(), time.perf_counter()
        recorder.add(begin, clock[:, :3].copy(), passed, updated)

    return {"a worker's readings": worker, "the master's readings and row": master}


def _seconds(function: Callable[[], object], number: int) -> float:
    """Median over 9 loops of the seconds a call."""
    loops = []
    for _ in range(9):
        begin = time.perf_counter()
        for _ in range(number):
            function()
        loops.append((time.perf_counter() - begin) / number)
    return float(np.median(loops))


def overhead(data: Data) -> dict[str, float]:
    """Title of the case -> microseconds a step, median of the rounds."""
    return {Case(**e["case"]).title: median(e["samples"], "overhead") * 1e6 for e in data["cases"]}


def recording_share(data: Data) -> dict[str, float]:
    """Title of the case -> per cent of a step that recording the timeline takes."""
    cost = sum(data["recording"].values())
    return {Case(**e["case"]).title: 100 * cost / median(e["samples"], "median") for e in data["cases"]}


def tables(data: Data) -> list[Table]:
    """A step's parts; the recording; the epochs."""
    parts = Table(
        "overhead",
        f"SyncSGD with {WORKERS} workers, float32: microseconds a step. overhead = step − compute − update; it is "
        "share + skew + barrier + history.",
        ["", "step", *PARTS[1:]],
    )
    epochs = Table(
        "overhead-epochs",
        "Epochs of SyncSGD: milliseconds, and what shuffling and gathering takes of them.",
        ["", "examples", "epoch (ms)", "shuffling (ms)", "shuffling (%)"],
    )
    for entry in data["cases"]:
        case, samples = Case(**entry["case"]), entry["samples"]
        parts.rows.append([case.title, *(median(samples, part) * 1e6 for part in PARTS)])
        shuffling = [{"s": sample["epoch"] - case.steps * sample["step"]} for sample in samples]
        seconds, epoch = max(0.0, median(shuffling, "s")), median(samples, "epoch")
        epochs.rows.append([case.title, float(case.examples), epoch * 1e3, seconds * 1e3, 100 * seconds / epoch])
    share = recording_share(data)
    recording = Table("recording", "Recording the timeline: microseconds a step.", ["", "µs"])
    recording.rows = [[name, seconds * 1e6] for name, seconds in data["recording"].items()]
    costs = Table("recording-share", "Recording the timeline: per cent of a step.", ["", "%"])
    costs.rows = [[title, value] for title, value in share.items()]
    return [parts, recording, costs, epochs]


def sentences(data: Data) -> list[str]:
    """The worst case of both."""
    most, cost = overhead(data), recording_share(data)
    worst, dearest = max(most, key=most.__getitem__), max(cost, key=cost.__getitem__)
    return [
        f"The loop costs {min(most.values()):.0f} to {most[worst]:.0f} µs a step beyond gradient and update, "
        f"most on {worst}.",
        f"The timeline costs at most {cost[dearest]:.2f} % of a step, on {dearest}.",
    ]


def pictures(data: Data) -> dict[str, style.Picture]:
    """Overhead by its parts, one bar a case."""
    figure, (ax,) = style.picture(width=style.NARROW + 1, height=0.42 * len(data["cases"]) + 1.4)
    titles = [Case(**entry["case"]).title for entry in data["cases"]]
    left = np.zeros(len(titles))
    names = {
        "share": "sharing w, waking the workers",
        "skew": "later worker",
        "barrier": "barrier",
        "history": "history",
    }
    for i, (part, name) in enumerate(names.items()):
        widths = np.array([median(entry["samples"], part) * 1e6 for entry in data["cases"]])
        hatch = ("", "xx", "//", "..")[i]
        ax.barh(titles, widths, left=left, color=figure.theme.colour(i + 1), hatch=hatch, ec="white", label=name)
        left += widths
    ax.axvline(60, color=figure.theme.alarm, lw=2, ls=style.LINES[1], label="goal for the sum: 60 µs")
    ax.invert_yaxis()
    style.label(ax, "time of a step beyond gradient and update (µs)")
    alt = "Overhead of a step in microseconds: " + "; ".join(f"{k} {v:.0f}" for k, v in overhead(data).items())
    caption = f"SyncSGD, {WORKERS} workers, float32, medians of {data['rounds']} rounds."
    return {"overhead": style.words(figure, "What the loop costs", caption, alt + ".", named=ax)}
