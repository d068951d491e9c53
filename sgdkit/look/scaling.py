"""Time and workers: what an iteration costs, what more workers bring, who comes late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from ..types import Array
from . import style
from .planes import Floats

Samples = Mapping[float, Array]
"""{number of workers, or examples in a mini-batch: seconds measured, one value a measurement}."""


class SpeedUp(NamedTuple):
    """For each number of workers the speed-up over the fewest, and its 95 % confidence interval."""

    workers: Floats
    ratio: Floats
    low: Floats
    high: Floats


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
    return SpeedUp(np.array(counts, float), np.array(ratio), low, high)


def speed_up(series: Samples | Mapping[str, Samples], *, theme: str | style.Theme = "light") -> style.Picture:
    """Speed-up against the number of workers, with the ideal line and a band of 95 % confidence.

    series: {workers: seconds}, or {name: {workers: seconds}} for several lines.
    """
    lines = {name: speed_ups(samples) for name, samples in _several(series).items()}
    figure, (ax,) = style.picture(theme)
    most = max(line.workers.max() for line in lines.values())
    least = min(line.workers.min() for line in lines.values())
    ax.plot([least, most], [least, most], color=figure.theme.muted, lw=1.6, ls=(0, (2, 2)), label="ideal")
    for i, (name, line) in enumerate(lines.items()):
        colour = figure.theme.colour(i)
        marker = style.MARKERS[i % len(style.MARKERS)]
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
    told = []
    for name, line in lines.items():
        pairs = zip(line.workers, line.ratio, strict=True)
        told.append(f"{name or 'Measured'}: " + ", ".join(f"{r:.2f} with {w:g} workers" for w, r in pairs) + ".")
    caption = "Ratio of median times; the band holds 95 % of 2,000 bootstrap draws."
    return style.words(
        figure,
        "Speed-up",
        caption,
        f"Speed-up against the number of workers. {' '.join(told)} {caption}",
        named=ax,
    )


def time_per_iteration(
    series: Samples | Mapping[str, Samples], against: str = "workers", *, theme: str | style.Theme = "light"
) -> style.Picture:
    """Median time of an iteration, with a band from the first to the third quartile.

    series: {number: seconds}, or {name: {number: seconds}} for several lines; against: what the numbers
    count, for example "workers" or "examples in a mini-batch" (then the axis doubles from mark to mark).
    """
    figure, (ax,) = style.picture(theme)
    told = []
    everything = _several(series)
    for i, (name, samples) in enumerate(everything.items()):
        x = sorted(samples)
        low, middle, high = (
            np.array([np.quantile(np.asarray(samples[k], float), q) for k in x]) * 1e3 for q in (0.25, 0.5, 0.75)
        )
        colour, marker = figure.theme.colour(i), style.MARKERS[i % len(style.MARKERS)]
        ax.fill_between(x, low, high, color=colour, alpha=0.22, lw=0)
        ax.plot(x, middle, color=colour, lw=2.2, ls=style.LINES[i % 4], marker=marker, ms=8, label=name or "_")
        values = ", ".join(f"{style.number(m)} ms at {k:g}" for k, m in zip(x, middle, strict=True))
        told.append(f"{name or 'Median'}: {values}.")
    marks = sorted({k for samples in everything.values() for k in samples})
    if marks[0] > 0 and marks[-1] / marks[0] > 16:
        ax.set_xscale("log", base=2)
    ax.set_xticks(marks, [f"{k:,g}" for k in marks])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: style.number(v)))
    style.label(ax, against, "time of an iteration (ms)")
    caption = "Line: median. Band: the middle half of the measurements."
    return style.words(
        figure,
        "Time of an iteration",
        caption,
        f"Time of an iteration against {against}. {' '.join(told)}",
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
    """(steps, n) times of n workers -> (n,) mean time until the first k = 1 … n of them have arrived."""
    return np.sort(np.asarray(seconds, np.float64), axis=1).mean(axis=0)


def backup_curve(seconds: Array, *, theme: str | style.Theme = "light") -> style.Picture:
    """Mean wait of a step that goes on after the first k of n gradients (Chen et al. 2016: n − k backup
    workers).

    seconds: (steps, n) time of each worker in each step, measured or simulated.
    """
    waits = backup_waits(seconds) * 1e3
    n = len(waits)
    figure, (ax,) = style.picture(theme)
    k = np.arange(1, n + 1)
    ax.plot(k, waits, color=figure.theme.colour(0), lw=2.2, marker="o" if n <= 32 else "", ms=7)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,g}"))
    style.label(ax, f"gradients waited for, of {n}", "mean wait of a step (ms)")
    saved = 1 - waits[-2] / waits[-1] if n > 1 else 0.0
    caption = f"Waiting for all {n} takes {style.number(waits[-1])} ms; one backup worker saves {saved:.0%} of it."
    return style.words(figure, "What backup workers save", caption)


def _several(series: Any) -> dict[str, Samples]:
    if not series:
        raise ValueError("there are no times: give {number: seconds measured}.")
    return dict(series) if isinstance(next(iter(series.values())), Mapping) else {"": series}
