"""The goals for SyncSGD and its engine, held against what `steps` and `overhead` measured in this run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sgdkit.look import style

from . import overhead, steps
from .measurement import Data, Options, ratio
from .table import Table

NEEDS = ("steps", "overhead")


class Goal(NamedTuple):
    """One line: `network`, `batch`, `dtype` choose the case; the number is the time of `above` over that of `below`.

    at_least: the number must reach the goal; otherwise it must not exceed it. floor: what must hold in any case.
    """

    what: str
    network: str
    batch: int
    above: str
    below: str
    goal: float
    at_least: bool = True
    floor: float | None = None
    dtype: str = "float32"


OURS = steps.OURS
TUTORIAL, DDP, MPI = "pool, all pickled, 2 workers", "torch DDP, 2 workers", "mpi4py, 2 workers"
BATCHES = (64, 256, 1024, 4096)


def goals() -> Iterator[Goal]:
    """All that are ratios of two competitors' times."""
    for batch, goal in zip(BATCHES, (7, 5, 4, 4), strict=True):
        yield Goal("times as fast as the tutorial's Pool.map", "ann50", batch, TUTORIAL, OURS, goal)
    for batch, goal in zip(BATCHES, (10, 6, 2.8, 1.8), strict=True):
        yield Goal("times as fast as torch DDP", "ann50", batch, DDP, OURS, goal)
    for batch, goal in zip(BATCHES, (1.25, 1.2, 1.1, 1.1), strict=True):
        yield Goal("time over mpi4py's Allreduce", "ann50", batch, OURS, MPI, goal, at_least=False)
    for network, batch, goal in (("ann50", 1024, 1.7), ("ann50", 4096, 1.8), ("cnn", 128, 1.75), ("cnn", 512, 1.8)):
        yield Goal("speed-up over one process", network, batch, "numpy, 1 thread", OURS, goal)
    one = "torch, 1 thread"
    yield Goal("time of one process over torch's", "cnn", 128, "numpy, 1 thread", one, 1.0, False, 1.3)
    yield Goal("the same, OPENBLAS_CORETYPE unset", "cnn", 128, "numpy, 1 thread, native", one, 1.0, False)
    for batch, goal, floor in ((32, 1.3, 1.2), (128, 1.1, 0.9), (512, 1.0, 0.85)):
        yield Goal("times as fast as torch DDP", "cnn", batch, DDP, OURS, goal, floor=floor)
    yield Goal("times as fast as torch DDP", "ann50", 1024, DDP, OURS, 2, dtype="float64")
    yield Goal("times as fast as torch DDP", "cnn", 128, DDP, OURS, 2, dtype="float64")
    yield Goal("times as fast as scikit-learn", "ann50", 1024, "scikit-learn partial_fit", OURS, 3.5)


def measure(options: Options) -> Data:
    """Takes no time: everything comes from the measurements before."""
    rows: list[dict[str, Any]] = []
    for goal in goals():
        measured = steps.samples(options.earlier["steps"], goal.network, goal.batch, goal.dtype)
        known = goal.above in measured and goal.below in measured
        value = ratio(measured[goal.above], measured[goal.below]) if known else None
        rows.append(goal._asdict() | {"value": value})
    limits = (
        ("µs of overhead a step, 2 workers", 60, overhead.overhead(options.earlier["overhead"])),
        ("% of a step for the timeline", 2, overhead.recording_share(options.earlier["overhead"])),
    )
    for what, limit, values in limits:
        rows += [{"what": what, "title": k, "goal": limit, "at_least": False, "value": v} for k, v in values.items()]
    return {"rows": rows}


def verdict(row: dict[str, Any]) -> str:
    """met, not met, floor (only the least that must hold), not measured."""
    if row["value"] is None:
        return "not measured"
    sign = 1 if row["at_least"] else -1
    if sign * row["value"] >= sign * row["goal"]:
        return "met"
    floor = row.get("floor")
    return "floor" if floor is not None and sign * row["value"] >= sign * floor else "not met"


def tables(data: Data) -> list[Table]:
    """One line a goal."""
    table = Table(
        "targets",
        "Goals (SyncSGD with 2 workers unless it says otherwise). floor: the goal is missed, what must hold at least "
        "is not.",
        ["", "case", "measured", "goal", ""],
    )
    for row in data["rows"]:
        case = row.get("title") or steps.Case(row["network"], row["batch"], row["dtype"]).title
        bound = f"{'≥' if row['at_least'] else '≤'} {row['goal']:g}"
        if row.get("floor") is not None:
            bound += f" (floor {row['floor']:g})"
        table.rows.append([row["what"], case, row["value"], bound, verdict(row)])
    return [table]


def sentences(data: Data) -> list[str]:
    """How many were met."""
    verdicts = [verdict(row) for row in data["rows"]]
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in dict.fromkeys(verdicts))
    return [f"Of {len(verdicts)} goals: {counts}."]


def pictures(data: Data) -> dict[str, style.Picture]:
    """How far each ratio is beyond its goal."""
    rows = [row for row in data["rows"] if row["value"] is not None and "network" in row]
    if not rows:
        return {}
    figure, (ax,) = style.picture(width=style.WIDE, height=0.3 * len(rows) + 1.2)
    names = [f"{r['what']}, {steps.Case(r['network'], r['batch'], r['dtype']).title}" for r in rows]
    reached = [r["value"] / r["goal"] if r["at_least"] else r["goal"] / r["value"] for r in rows]
    colours = [figure.theme.colour(2) if value >= 1 else figure.theme.alarm for value in reached]
    bars = ax.barh(names, reached, color=colours, hatch=["" if value >= 1 else "//" for value in reached], ec="white")
    for word in ax.bar_label(bars, [f"{row['value']:.3g}" for row in rows], padding=3, fontsize=style.SMALL):
        word.set_path_effects(style.halo(figure.theme, 4))  # some lie on the line
        word.set_zorder(5)
    ax.axvline(1, color=figure.theme.ink, lw=1.5)
    ax.set_xlim(0, max(reached) * 1.12)
    ax.tick_params(axis="y", labelsize=style.SMALL)
    ax.invert_yaxis()
    style.label(ax, "reached ÷ goal (1 or more: met)")
    told = "; ".join(f"{name}: {row['value']:.3g}, goal {row['goal']:g}" for name, row in zip(names, rows, strict=True))
    caption = "At the bars: the measured ratio. Hatched: below the goal."
    return {"targets": style.words(figure, "Goals", caption, f"Ratio measured and goal: {told}.")}
