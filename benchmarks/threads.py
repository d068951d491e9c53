"""Too many threads: 2 workers whose BLAS may use 2 threads each on 2 cores, against 1 thread each.

Shown on the ladder's third rung, a plain Pool with shared memory, since the kit sets one thread a worker by itself.
"""

from __future__ import annotations

from typing import Any

from sgdkit.look import style

from .case import Case
from .driver import Candidate, rounds
from .measurement import Data, Options, median, ratio, say
from .table import Table

ONE = "2 workers, 1 BLAS thread each"
TWO = "2 workers, 2 BLAS threads each"
CANDIDATES = [
    Candidate(ONE, "pool, shared memory", {"workers": 2}, blas=1),
    Candidate(TWO, "pool, shared memory", {"workers": 2}, blas=2),
    Candidate("2 workers, as many as BLAS likes", "pool, shared memory", {"workers": 2}, blas=None),
    Candidate("1 process, 1 BLAS thread", "numpy", blas=1),
    Candidate("1 process, 2 BLAS threads", "numpy", blas=2),
    Candidate("sgdkit, 2 workers, nothing set", "sgdkit", {"workers": 2}, blas=None),
]


def measure(options: Options) -> Data:
    """Two networks, few examples: the bad case takes long."""
    found: list[dict[str, Any]] = []
    many = [Case("ann50", 256, examples=4096), Case("ann50", 1024, examples=8192), Case("cnn", 128, examples=512)]
    for case in options.some(many, [Case("ann10", 64, examples=256)]):
        say(f"threads: {case.title}")
        found.append({"case": vars(case), "measured": rounds(CANDIDATES, case, options.rounds)})
    return {"cases": found, "rounds": options.rounds}


def tables(data: Data) -> list[Table]:
    """One column a case."""
    titles = [Case(**entry["case"]).title for entry in data["cases"]]
    table = Table("threads", "With and without thread limits: milliseconds a step, float32.", ["", *titles])
    for candidate in CANDIDATES:
        times = [median(entry["measured"][candidate.label], "step") * 1e3 for entry in data["cases"]]
        table.rows.append([candidate.label, *times])
    return [table]


def sentences(data: Data) -> list[str]:
    """How many times slower."""
    return [
        f"{Case(**entry['case']).title}: two BLAS threads in each of two workers take "
        f"{ratio(entry['measured'][TWO], entry['measured'][ONE]):.2f} times as long as one."
        for entry in data["cases"]
    ]


def pictures(data: Data) -> dict[str, style.Picture]:
    """One bar a candidate, the cases beside each other, on a logarithmic axis."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    entries = data["cases"]
    figure, axes = style.picture(width=3.2 + 2.6 * len(entries), height=3.6, columns=[1] * len(entries))
    for ax, entry in zip(axes, entries, strict=True):
        labels = [candidate.label for candidate in CANDIDATES]
        times = [median(entry["measured"][label], "step") * 1e3 for label in labels]
        colours = [figure.theme.alarm if label == TWO else figure.theme.colour(1) for label in labels]
        bars = ax.barh(labels, times, color=colours)
        ax.bar_label(bars, [f"{value:.3g}" for value in times], padding=3, fontsize=style.SMALL)
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value)))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlim(min(times) / 1.6, max(times) * 3)
        ax.invert_yaxis()
        if ax is not axes[0]:
            ax.tick_params(labelleft=False)
        style.label(ax, "time of a step (ms)", "", Case(**entry["case"]).title)
    caption = f"float32, medians of {data['rounds']} rounds; logarithmic axes."
    return {"threads": style.words(figure, "Threads and workers", caption, " ".join(sentences(data)))}
