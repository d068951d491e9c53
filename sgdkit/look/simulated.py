"""What was simulated: time of a step and time to a target loss, against backup workers and against workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from . import style


def simulated(points: Sequence[Any], against: str, *, theme: str | style.Theme = "light") -> style.Picture:
    """Left: seconds a step. Right: seconds to the target loss.

    points: of `sgdkit.simulate.sweep`, with workers, backup, step, error and to_target. against: "backup" or "workers",
    in the latter case all machines are counted and the axis doubles from mark to mark. ValueError: no points.
    """
    if not points or against not in ("backup", "workers"):
        raise ValueError(f"{len(points)} points against {against!r}: give at least one, against backup or workers.")
    figure, (left, right) = style.picture(theme, width=style.WIDE, columns=(1, 1))
    x = [p.backup if against == "backup" else p.workers + p.backup for p in points]
    best = min(points, key=lambda p: p.to_target)
    place = x[list(points).index(best)]
    colour = figure.theme.colour(1)
    steps, times = [p.step for p in points], [p.to_target for p in points]
    left.errorbar(x, steps, [2 * p.error for p in points], color=colour, lw=2.2, marker="o", ms=6, capsize=3)
    right.plot(x, times, color=figure.theme.colour(2), lw=2.2, marker="s", ms=6)
    right.plot([place], [best.to_target], "D", ms=11, mfc="none", mew=2.2, color=figure.theme.alarm)
    for ax in (left, right):
        if against == "workers" and max(x) / min(x) > 8:
            ax.set_xscale("log", base=2 if max(x) <= 512 else 10)
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            ax.xaxis.set_minor_formatter(NullFormatter())
        else:
            ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value)))
    if max(times) / min(times) > 20:
        right.set_ylim(bottom=None)
        right.set_yscale("log")
    machines = best.workers + best.backup
    named = f"backup workers, of {machines:,} machines" if against == "backup" else "machines"
    style.label(left, named, "time of a step (s)")
    style.label(right, named, "time to the target loss (s)")
    what = f"{best.workers:,} workers and {best.backup:,} backup workers"
    caption = (
        f"Least time to the target (diamond): {style.number(best.to_target)} s with {what}. Bars: two standard errors."
    )
    title = "Simulated: backup workers" if against == "backup" else "Simulated: more machines"
    told = "; ".join(
        f"{n:,}: {style.number(s)} s a step, {style.number(t)} s to the target"
        for n, s, t in zip(x, steps, times, strict=True)
    )
    return style.words(figure, title, caption, f"{title}. Against {named}: {told}. {caption}")
