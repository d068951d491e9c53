"""What each worker did when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..asynchronous import AsyncTimeline
from ..timeline import Timeline
from . import style


def timeline(
    run: Any, *, first: int | None = None, steps: int = 5, theme: str | style.Theme = "light"
) -> style.Picture:
    """Left: what the workers did in a few steps. Right: where their time went in the whole run.

    run: a Run or its Timeline; first: the first step shown, counted from 1 (by default the most ordinary
    stretch: the one whose duration is nearest to the median); steps: how many. ValueError: no steps recorded.

    Of asynchronous SGD, a step is an update, and there is no barrier. Newton's method asks the workers again
    while w is updated; what they did in those rounds is not recorded, and they are shown as "asked again".
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
    settings = getattr(run, "settings", {})
    again = bool(settings.get("needs_curvature"))
    step, update = names_of(times, settings)
    by_worker = [shares_of(times, k, again) for k in range(times.workers)]
    doing = style.DOING | {kind: how for kind, how in style.RARELY.items() if any(kind in part for part in by_worker)}
    for k in range(times.workers):
        for kind, (colour, height) in doing.items():
            spans = [
                (max(a, origin), min(b, end))
                for what, a, b in spans_of(times, k, again)
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
        label=update,
    )
    for i, (a, b) in enumerate(gaps(times, start, stop)):
        name = "_" if i else "between two steps"
        ax.axvspan((a - origin) * scale, (b - origin) * scale, color=figure.theme.grid, lw=0, zorder=1, label=name)
    for i, moment in enumerate(times.passed[start:stop] if has_barrier(times) else ()):
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
    style.label(ax, f"time since {'' if has_barrier(times) else 'the work for '}{step} {start + 1:,} began ({unit})")
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
    style.label(shares, f"all {times.steps:,} {step}s (%)")
    shown = f"{step}s {start + 1:,} to {stop:,}" if steps > 1 else f"{step} {stop:,}"
    caption = AGAIN if again else ""
    alt = f"{_alt(times, by_worker, step, shown)} {caption}"
    return style.words(figure, f"What the workers did in {shown}", caption, alt, named=ax)


AGAIN = (
    "Asked again: to update w, the master asks the workers for more of the mini-batch (curvature, losses), round after "
    "round. They compute in these rounds and wait between them; how long is not recorded."
)


def has_barrier(times: Timeline) -> bool:
    """Whether the master waited for all workers in each step."""
    return not isinstance(times, AsyncTimeline)


def names_of(times: Timeline, settings: Any) -> tuple[str, str]:
    """What to call a row of the timeline, and what the master does at its end."""
    if settings.get("needs_curvature"):
        return "step", "update (asks the workers again)"
    if has_barrier(times):
        return "step", "averaging and update"
    # Where the workers update w themselves, the master only takes down that it was done.
    return "update", "update noted" if "lock-free" in settings.get("algorithm", "") else "update"


def spans_of(times: Timeline, worker: int, again: bool = False) -> Iterator[tuple[str, float, float]]:
    """As `Timeline.intervals`; with `again`, a worker with a shard was asked again while w was updated."""
    row = {moment: i for i, moment in enumerate(times.updated.tolist())}
    for kind, start, stop in times.intervals(worker):
        if again and kind == "waiting" and not np.isnan(times.begin[row[stop], worker]):
            passed = float(times.passed[row[stop]])
            yield kind, start, passed
            yield "asked again", passed, stop
        else:
            yield kind, start, stop


def ordinary_stretch(times: Timeline, steps: int) -> int:
    """The first step (from 0) of the `steps` consecutive ones that all take about the median time."""
    durations = np.diff(times.updated, prepend=times.shared[0])
    odd = np.abs(np.log(np.maximum(durations, 1e-9) / max(float(np.median(durations)), 1e-9)))
    return int(np.argmin(np.convolve(odd, np.ones(steps), "valid")))


def gaps(times: Timeline, start: int, stop: int) -> list[tuple[float, float]]:
    """Where from step `start` to `stop` nobody was at work: (from, to) in seconds, those that can be seen."""
    if not has_barrier(times):
        return []  # others are at work between two updates
    ends, begins = times.updated[start : stop - 1], times.shared[start + 1 : stop]
    visible = 0.01 * (times.updated[stop - 1] - times.shared[start])
    return [(float(a), float(b)) for a, b in zip(ends, begins, strict=True) if b - a > visible]


def shares_of(times: Timeline, worker: int, again: bool = False) -> dict[str, float]:
    """Which fraction of one worker's time went where; they add up to 1. again: see `spans_of`."""
    total = dict.fromkeys(style.DOING, 0.0)
    for kind, start, stop in spans_of(times, worker, again):
        total[kind] = total.get(kind, 0.0) + stop - start
    everything = sum(total.values()) or 1.0
    return {kind: seconds / everything for kind, seconds in total.items()}


def _alt(times: Timeline, by_worker: list[dict[str, float]], step: str, shown: str) -> str:
    told = "; ".join(
        f"worker {k}: " + ", ".join(f"{share:.0%} {kind}" for kind, share in part.items())
        for k, part in enumerate(by_worker)
    )
    return (
        f"Timeline of {times.workers} worker{'s' if times.workers > 1 else ''} in {shown} of {times.steps:,}. "
        f"{_pace(times)}Of the whole run's time, {told}."
    )


def _pace(times: Timeline) -> str:
    """How long a step takes, or how often an update comes: updates overlap, a single one says nothing."""
    if has_barrier(times):
        return f"A step takes {style.number(float(np.median(times.updated - times.shared)) * 1e3)} ms (median). "
    if times.steps < 2:
        return ""
    return f"An update comes every {style.number(float(np.median(np.diff(times.updated))) * 1e3)} ms (median). "
