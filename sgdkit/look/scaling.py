"""Time and workers: what an iteration costs, what more workers bring, who comes late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from ..types import Array
from . import style
from .planes import Floats

Samples = Mapping[float, Array]
"""{number of workers, or examples in a mini-batch: seconds measured, one value a measurement}."""


class SpeedUp(NamedTuple):
    """For each number of workers the speed-up over the fewest, its 95 % confidence interval, and from how many
    measurements.
    """

    workers: Floats
    ratio: Floats
    low: Floats
    high: Floats
    measured: NDArray[np.int64]


def iteration_seconds(run: Any) -> Floats:
    """(steps − 1,) seconds from the end of each step of a run to the end of the next; the first step starts
    up.
    """
    return np.diff(np.asarray(run.seconds, np.float64))


def speed_ups(seconds: Samples, draws: int = 2000) -> SpeedUp:
    """Ratio of the medians, time with the fewest workers over time with w, with a bootstrap confidence
    interval.

    seconds: {workers: (n,) measured times of the same work}. The fewest workers count as themselves: with
    times from 2 workers on, 2 workers have a speed-up of 2. ValueError: no times, or times that are not
    positive.
    """
    counts = sorted(seconds)
    times = [np.asarray(seconds[count], np.float64).ravel() for count in counts]
    if not times or any(not len(t) or not (t > 0).all() for t in times):
        raise ValueError("speed-up needs at least one positive time for each number of workers.")
    rng = np.random.default_rng(0)
    medians = [np.median(t[rng.integers(len(t), size=(draws, len(t)))], axis=1) for t in times]
    base = counts[0]
    ratio = [base * np.median(times[0]) / np.median(t) for t in times]
    spread = [base * medians[0] / m if i else np.full(draws, float(base)) for i, m in enumerate(medians)]
    low, high = np.quantile(spread, [0.025, 0.975], axis=1)
    return SpeedUp(np.array(counts, float), np.array(ratio), low, high, np.array([len(t) for t in times]))


def speed_up(series: Samples | Mapping[str, Samples], *, theme: str | style.Theme = "light") -> style.Picture:
    """Speed-up against the number of workers, with the ideal line and a band of 95 % confidence, which a line
    has where every number of workers was measured at least twice.

    series: {workers: seconds}, or {name: {workers: seconds}} for several lines. ValueError: see `speed_ups`.
    """
    lines = {name: speed_ups(samples) for name, samples in _several(series).items()}
    figure, (ax,) = style.picture(theme)
    most = max(line.workers.max() for line in lines.values())
    least = min(line.workers.min() for line in lines.values())
    ax.plot([least, most], [least, most], color=figure.theme.muted, lw=1.6, ls=(0, (2, 2)), label="ideal")
    for i, (name, line) in enumerate(lines.items()):
        colour = figure.theme.colour(i)
        marker = style.MARKERS[i % len(style.MARKERS)]
        if line.measured.min() > 1:
            ax.fill_between(line.workers, line.low, line.high, color=colour, alpha=0.22, lw=0)
        ax.plot(
            line.workers,
            line.ratio,
            color=colour,
            lw=2.2,
            ls=style.LINES[i % 4],
            marker=marker,
            ms=8,
            label=name or "measured",
        )
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.set_ylim(bottom=0)
    style.label(ax, "workers", "speed-up (times as fast)")
    caption = " ".join(["Ratio of median times.", _assumed(lines), _measured(lines)])
    told = [f"{name or 'Measured'}: {_ratios(line)}." for name, line in lines.items()]
    return style.words(
        figure,
        "Speed-up",
        caption,
        f"Speed-up against the number of workers. {' '.join(told)} {caption}",
        named=ax,
    )


def _ratios(line: SpeedUp) -> str:
    """The numbers that were measured, with the band around each; not that of the yardstick."""
    band = line.measured.min() > 1
    told = [
        f"{ratio:.2f} with {_workers(count)}" + (f" ({low:.2f} to {high:.2f})" if band else "")
        for count, ratio, low, high in zip(*line[:4], strict=True)
    ]
    return ", ".join([f"{_workers(line.workers[0])} as yardstick", *told[1:]])


def _assumed(lines: Mapping[str, SpeedUp]) -> str:
    """What the fewest workers count as: that is not measured."""
    fewest = sorted({float(line.workers[0]) for line in lines.values()})
    return " ".join(f"{_workers(w)} count{'s' if w == 1 else ''} as {w:g}." for w in fewest)


def _measured(lines: Mapping[str, SpeedUp]) -> str:
    """How many measurements there are, and what the band is where it is drawn."""
    measured = f"{_count(n for line in lines.values() for n in line.measured)} for each number of workers"
    with_band = [line.measured.min() > 1 for line in lines.values()]
    if not any(with_band):
        return f"There is no band of confidence: {measured}, and it takes two."
    where = "" if all(with_band) else ", where each was measured at least twice,"
    return f"The band{where} holds 95 % of 2,000 bootstrap draws from {measured}."


def _count(sizes: Iterable[int]) -> str:
    """How many measurements, from the fewest to the most."""
    counts = [*sizes]
    few, many = min(counts), max(counts)
    return f"{few:,}{'' if few == many else f' to {many:,}'} measurement{'' if many == 1 else 's'}"


def _workers(count: float) -> str:
    return f"{count:g} worker" + ("" if count == 1 else "s")


def time_per_iteration(
    series: Samples | Mapping[str, Samples], against: str = "workers", *, theme: str | style.Theme = "light"
) -> style.Picture:
    """Median time of an iteration, with a band from the first to the third quartile.

    series: {number: seconds}, or {name: {number: seconds}} for several lines; against: what the numbers
    count, for example "workers" or "examples in a mini-batch" (then the axis doubles from mark to mark).
    ValueError: a number without a time, as a run of one step gives.
    """
    everything = _several(series)
    sizes = {(name, k): np.size(times) for name, samples in everything.items() for k, times in samples.items()}
    if not all(everything.values()) or not all(sizes.values()):
        empty = [f"{k:g}" for (_, k), size in sizes.items() if not size] or ["any number"]
        raise ValueError(
            f"no time was measured at {', '.join(empty)}: give at least one for each number (a run needs two steps)."
        )
    figure, (ax,) = style.picture(theme)
    told = []
    for i, (name, samples) in enumerate(everything.items()):
        x = sorted(samples)
        low, middle, high = (
            np.array([np.quantile(np.asarray(samples[k], float), q) for k in x]) * 1e3 for q in (0.25, 0.5, 0.75)
        )
        colour, marker = figure.theme.colour(i), style.MARKERS[i % len(style.MARKERS)]
        ax.fill_between(x, low, high, color=colour, alpha=0.22, lw=0)
        ax.plot(x, middle, color=colour, lw=2.2, ls=style.LINES[i % 4], marker=marker, ms=8, label=name or "_")
        values = ", ".join(
            f"{style.number(m)} ms at {k:g}"
            + (f" ({style.number(a)} to {style.number(b)})" if sizes[name, k] > 1 else "")
            for k, a, m, b in zip(x, low, middle, high, strict=True)
        )
        told.append(f"{name or 'Median'}: {values}.")
    marks = sorted({k for samples in everything.values() for k in samples})
    if marks[0] > 0 and marks[-1] / marks[0] > 16:
        ax.set_xscale("log", base=2)
    ax.set_xticks(marks, [f"{k:,g}" for k in marks])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: style.number(v)))
    style.label(ax, against, "time of an iteration (ms)")
    caption = f"Line: median of {_count(sizes.values())} at each number."
    caption += " Band: the middle half of them." if max(sizes.values()) > 1 else ""
    return style.words(
        figure,
        "Time of an iteration",
        caption,
        f"Time of an iteration against {against}. {' '.join(told)} {caption}",
        named=ax,
    )


def staleness_histogram(staleness: Array, *, theme: str | style.Theme = "light") -> style.Picture:
    """How old the gradients were. staleness: (updates,) ints, updates of w between a gradient's w and its own
    update.
    """
    values = np.asarray(staleness, int).ravel()
    if not len(values) or values.min() < 0:
        raise ValueError("staleness needs at least one number, and none below 0: 0 means a gradient of the current w.")
    counts = np.bincount(values)
    figure, (ax,) = style.picture(theme)
    ax.bar(range(len(counts)), counts / len(values) * 100, color=figure.theme.colour(0), width=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    style.label(ax, "staleness (updates since w was read)", "share of gradients (%)")
    caption = f"{len(values):,} gradients: mean staleness {values.mean():.2f}, at most {values.max()}."
    return style.words(figure, "How stale the gradients were", caption)


def backup_waits(seconds: Array) -> Floats:
    """(steps, n) times of n workers -> (n,) mean time until the first k = 1 … n of them have arrived. ValueError:
    times of another shape, none, negative ones or ones that are not finite.
    """
    times = np.asarray(seconds, np.float64)
    if times.ndim != 2 or not times.size:
        raise ValueError(
            f"seconds has shape {times.shape}: give each worker's time in each step, (steps, workers), at least one."
        )
    if not (np.isfinite(times) & (times >= 0)).all():
        raise ValueError("seconds has times that are negative or not finite: give how long each worker took.")
    return np.asarray(np.sort(times, axis=1).mean(axis=0))


def backup_curve(seconds: Array, *, theme: str | style.Theme = "light") -> style.Picture:
    """Mean wait of a step that goes on after the first k of n gradients (Chen et al. 2016: n − k backup
    workers).

    seconds: (steps, n) time of each worker in each step, measured or simulated. ValueError: see `backup_waits`.
    """
    waits = backup_waits(seconds) * 1e3
    n = len(waits)
    figure, (ax,) = style.picture(theme)
    k = np.arange(1, n + 1)
    ax.plot(k, waits, color=figure.theme.colour(0), lw=2.2, marker="o" if n <= 32 else "", ms=7)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,g}"))
    style.label(ax, f"gradients waited for, of {n}", "mean wait of a step (ms)")
    ax.set_xlim(min(ax.get_xlim()[0], 0.7), max(ax.get_xlim()[1], 1.3))
    caption = f"Waiting for {f'all {n}' if n > 1 else 'the one worker'} takes {style.number(waits[-1])} ms"
    if n > 1 and waits[-1] > 0:
        caption += f"; one backup worker saves {1 - waits[-2] / waits[-1]:.0%} of it"
    return style.words(figure, "What backup workers save", f"{caption}.")


def _several(series: Any) -> dict[str, Samples]:
    if not series:
        raise ValueError("there are no times: give {number: seconds measured}.")
    return dict(series) if isinstance(next(iter(series.values())), Mapping) else {"": series}
