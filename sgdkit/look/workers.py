"""What each worker did when."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..timeline import Timeline
from . import style


def timeline(
    run: Any, *, first: int | None = None, steps: int = 5, theme: str | style.Theme = "light"
) -> style.Picture:
    """Left: what the workers did in a few steps. Right: where their time went in the whole run.

    run: a Run or its Timeline; first: the first step shown, counted from 1 (by default the most ordinary
    stretch: the one whose duration is nearest to the median); steps: how many. ValueError: no steps recorded.
    """
    times: Timeline = getattr(run, "timeline", run)
    if not times.steps:
        raise ValueError("the timeline has no steps: record it over a run of at least one.")
    steps = min(steps, times.steps)
    start = ordinary_stretch(times, steps) if first is None else min(max(first - 1, 0), times.steps - steps)
    stop = start + steps
    figure, (ax, shares) = style.picture(
        theme, width=style.WIDE, height=1.55 + 0.5 * (times.workers + 1), columns=(3.2, 1)
    )
    origin, end = times.shared[start], times.updated[stop - 1]
    unit, scale = ("ms", 1e3) if end - origin < 2 else ("s", 1.0)
    names = [f"worker {k}" for k in range(times.workers)]
    by_worker = [shares_of(times, k) for k in range(times.workers)]
    doing = style.DOING | {kind: how for kind, how in style.TOO_LATE.items() if any(kind in part for part in by_worker)}
    for k in range(times.workers):
        for kind, (colour, height) in doing.items():
            spans = [
                (max(a, origin), min(b, end))
                for what, a, b in times.intervals(k)
                if what == kind and b > origin and a < end
            ]
            ax.broken_barh(
                [((a - origin) * scale, (b - a) * scale) for a, b in spans],
                (k - height / 2, height),
                color=colour,
                linewidth=0,
                zorder=3,
                label=kind if k == 0 else "_",
            )
    master = [
        ((a - origin) * scale, (b - a) * scale)
        for a, b in zip(times.passed[start:stop], times.updated[start:stop], strict=True)
    ]
    ax.broken_barh(
        master,
        (times.workers - 0.38, 0.76),
        color=figure.theme.ink,
        linewidth=0,
        zorder=3,
        label="averaging and update",
    )
    for i, (a, b) in enumerate(gaps(times, start, stop)):
        name = "_" if i else "between two steps"
        ax.axvspan((a - origin) * scale, (b - origin) * scale, color=figure.theme.grid, lw=0, zorder=1, label=name)
    for i, moment in enumerate(times.passed[start:stop]):
        ax.axvline(
            (moment - origin) * scale,
            color=figure.theme.ink,
            lw=1,
            ls=(0, (2, 2)),
            zorder=4,
            label="_" if i else "barrier passed",
        )
    rows = [*names, "master"]
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0, (end - origin) * scale)
    ax.grid(False, axis="y")
    style.label(ax, f"time since step {start + 1} began ({unit})")
    for k, part in enumerate(by_worker):
        left = 0.0
        for kind, (colour, height) in doing.items():
            share = part.get(kind, 0.0) * 100
            shares.barh(k, share, left=left, height=height, color=colour, linewidth=0, zorder=3)
            left += share
        shares.text(
            4,
            k,
            f"{part['computing']:.0%}",
            fontsize=style.TEXT,
            color="white",
            fontweight="bold",
            va="center",
            zorder=5,
            path_effects=[style.withStroke(linewidth=2, foreground=style.DOING["computing"][0])],
        )
    shares.set_ylim(len(rows) - 0.5, -0.5)
    shares.set_xlim(0, 100)
    shares.set_yticks([])
    shares.set_xticks([0, 50, 100])
    shares.grid(False, axis="y")
    style.label(shares, f"all {times.steps:,} steps (%)")
    title = (
        f"What the workers did in steps {start + 1:,} to {stop:,}"
        if steps > 1
        else f"What the workers did in step {stop:,}"
    )
    return style.words(figure, title, "", _alt(times, by_worker, start, stop), named=ax)


def ordinary_stretch(times: Timeline, steps: int) -> int:
    """The first step (from 0) of the `steps` consecutive ones that all take about the median time."""
    durations = np.diff(times.updated, prepend=times.shared[0])
    odd = np.abs(np.log(np.maximum(durations, 1e-9) / max(float(np.median(durations)), 1e-9)))
    return int(np.argmin(np.convolve(odd, np.ones(steps), "valid")))


def gaps(times: Timeline, start: int, stop: int) -> list[tuple[float, float]]:
    """Where from step `start` to `stop` nobody was at work: (from, to) in seconds, those that can be seen."""
    ends, begins = times.updated[start : stop - 1], times.shared[start + 1 : stop]
    visible = 0.01 * (times.updated[stop - 1] - times.shared[start])
    return [(float(a), float(b)) for a, b in zip(ends, begins, strict=True) if b - a > visible]


def shares_of(times: Timeline, worker: int) -> dict[str, float]:
    """Which fraction of one worker's time went where; they add up to 1."""
    total = dict.fromkeys(style.DOING, 0.0)
    for kind, start, stop in times.intervals(worker):
        total[kind] = total.get(kind, 0.0) + stop - start
    everything = sum(total.values()) or 1.0
    return {kind: seconds / everything for kind, seconds in total.items()}


def _alt(times: Timeline, by_worker: list[dict[str, float]], start: int, stop: int) -> str:
    told = "; ".join(
        f"worker {k}: " + ", ".join(f"{share:.0%} {kind}" for kind, share in part.items())
        for k, part in enumerate(by_worker)
    )
    typical = float(np.median(times.updated - times.shared)) * 1e3
    return (
        f"Timeline of {times.workers} workers in steps {start + 1:,} to {stop:,} of {times.steps:,}. "
        f"A step takes {style.number(typical)} ms (median). Of the whole run's time, {told}."
    )
