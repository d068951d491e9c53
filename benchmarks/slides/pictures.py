"""The six plots, each with one panel a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sgdkit.look import style

from ..measurement import Data
from . import times
from .conclusions import after_early

Series = dict[str, tuple[Sequence[float], Sequence[float]]]  # label -> x, y


def pictures(data: Data) -> dict[str, style.Picture]:
    """In the order of the slides."""
    t, learning = data["times"], data["learning"]
    accuracy = "test accuracy (%)"
    how = (
        f"SyncSGD on {t['cores']} cores, float32, medians of {data['rounds']} rounds. More nodes than cores share them."
    )
    return {
        "slides-1-time-nodes": _panels(
            "Time of an iteration by nodes", how, {times.NETWORKS[n]: _by_nodes(t, n) for n in times.NETWORKS},
            "nodes (worker processes)", "time of an iteration (ms)", _log_time, legend=None,
        ),
        "slides-2-time-batch": _panels(
            "Time of an iteration by mini-batch", how, {times.NETWORKS[n]: _by_batch(t, n) for n in times.NETWORKS},
            "mini-batch (examples)", "time of an iteration (ms)", _log_both,
        ),
        "slides-3-accuracy-epochs": _panels(
            "Test accuracy while training, by mini-batch", "Means over seeds, the same learning rate for all.",
            {name: _curves(entry) for name, entry in learning.items()}, "epoch", accuracy, _epochs, legend="panels",
        ),
        "slides-4-accuracy-batch": _panels(
            "Test accuracy by mini-batch", "Means over seeds, the same learning rate for all. " + _counts(learning),
            {name: _ends(entry) for name, entry in learning.items()}, "mini-batch (examples)", accuracy, _log_x,
        ),
        "slides-5-accuracy-nodes-one-batch": _panels(
            "One mini-batch split over the nodes: the same accuracy",
            "A mini-batch of 64 examples, one seed; the curves cover each other.",
            {name: _nodes(entry["nodes, one batch"]) for name, entry in learning.items()}, "step", accuracy,
            _plain, thick=True,
        ),
        "slides-6-accuracy-nodes-batch-each": _panels(
            "A mini-batch for each node: together a larger one, with less noise",
            "16 examples a node, means over seeds.",
            {name: _nodes(entry["nodes, a batch each"]) for name, entry in learning.items()}, "step", accuracy, _plain,
        ),
    }  # fmt: skip


def _by_nodes(t: Data, network: str) -> Series:
    return {
        f"batch {batch:,}": (t["nodes"], [times.milliseconds(t, network, batch, k) for k in t["nodes"]])
        for batch in times.batches(t, network)
    }


def _by_batch(t: Data, network: str) -> Series:
    batches = times.batches(t, network)
    return {_n(k): (batches, [times.milliseconds(t, network, batch, k) for batch in batches]) for k in t["nodes"]}


def _curves(entry: dict[str, Any]) -> Series:
    found: Series = {}
    for batch, run in entry["batches"].items():
        each = -(-entry["examples"] // int(batch))
        points = [(s // each, 100 * a) for s, a in zip(run["steps"], run["accuracy"], strict=True) if s % each == 0]
        epochs, values = zip(*points, strict=True)
        found[f"batch {int(batch):,}"] = epochs, values
    return found


def _ends(entry: dict[str, Any]) -> Series:
    batches = [int(batch) for batch in entry["batches"]]
    return {
        "after the same epochs": (batches, [100 * run["accuracy"][-1] for run in entry["batches"].values()]),
        "after the same steps": (batches, [100 * after_early(entry, batch) for batch in entry["batches"]]),
    }


def _nodes(runs: dict[str, Any]) -> Series:
    return {_n(int(k)): (run["steps"], [100 * a for a in run["accuracy"]]) for k, run in runs.items()}


def _n(nodes: int) -> str:
    return f"{nodes} node" + "s" * (nodes > 1)


def _counts(learning: Data) -> str:
    return " ".join(f"{name}: {e['epochs']} epochs, {e['early']} steps." for name, e in learning.items())


def _panels(
    title: str,
    caption: str,
    panels: dict[str, Series],
    x: str,
    y: str,
    scale: Callable[[Any, Series], None],
    legend: str | None = "one",
    thick: bool = False,
) -> style.Picture:
    """legend: "one" for all panels, "panels" where their lines differ, None where `scale` names the lines. thick: a
    thick line first and thinner ones above it, so that curves that cover each other are all seen.
    """
    figure, axes = style.picture(width=style.WIDE, columns=[1] * len(panels))
    told = []
    for ax, (name, series) in zip(axes, panels.items(), strict=True):
        for i, (label, (xs, ys)) in enumerate(series.items()):
            line = {"lw": 5.5 - 1.3 * i if thick else 2, "ls": style.LINES[i % 4]}
            every = max(1, len(xs) // 8)
            ax.plot(
                xs,
                ys,
                color=figure.theme.colour(i),
                marker=style.MARKERS[i],
                ms=6,
                markevery=every,
                label=label,
                **line,
            )
            told.append(f"{name}, {label}: {ys[0]:.3g} at {xs[0]:,} to {ys[-1]:.3g} at {xs[-1]:,}")
        scale(ax, series)
        style.label(ax, x, y if ax is axes[0] else "", name)
        if legend == "panels":
            ax.legend(fontsize=style.SMALL, frameon=False)
    alt = f"{title} ({y} against {x}). " + "; ".join(told) + "."
    return style.words(figure, title, caption, alt, named=axes[0] if legend == "one" else None)


def _plain(ax: Any, series: Series) -> None:
    ax.set_xlim(left=0)


def _epochs(ax: Any, series: Series) -> None:
    ax.set_xlim(left=0)
    ax.xaxis.get_major_locator().set_params(integer=True)


def _log_time(ax: Any, series: Series) -> None:
    from ..steps import plain_ticks

    ax.set_yscale("log")
    plain_ticks(ax)
    nodes = list(next(iter(series.values()))[0])
    ax.set_xticks(nodes)
    ax.set_xlim(nodes[0] - 0.15, nodes[-1] + 0.15)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * 1.4)  # room for the highest line's name
    for i, (label, (xs, ys)) in enumerate(series.items()):
        look = {"color": ax.get_lines()[i].get_color(), "fontsize": style.SMALL, "ha": "right", "va": "bottom"}
        ax.annotate(label, (xs[-1], ys[-1]), (0, 5), textcoords="offset points", **look)


def _log_x(ax: Any, series: Series) -> None:
    ax.set_xscale("log", base=2)
    batches = next(iter(series.values()))[0]
    ax.set_xticks(list(batches), [f"{batch:,}" for batch in batches])
    ax.minorticks_off()


def _log_both(ax: Any, series: Series) -> None:
    from ..steps import plain_ticks

    _log_x(ax, series)
    ax.set_yscale("log")
    plain_ticks(ax)
