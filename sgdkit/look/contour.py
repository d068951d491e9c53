"""The loss contour: the objective on a plane, as a map, with the paths of training on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from ..data import Dataset
from ..types import Array
from . import style
from .map import draw
from .naming import name_runs
from .planes import Floats, Plane, filters_of, pca_plane, random_plane
from .surface import Objective, Surface, along, axes_around, evaluate, thin

FAR = 10  # a path is cut where the loss exceeds so many times the loss at its start: there it has diverged
LOOKED_AT = 25  # points of a path whose true loss is computed


def loss_contour(
    run: Any,
    data: Dataset,
    *,
    plane: Literal["pca", "random"] | Plane = "pca",
    resolution: int = 25,
    examples: int | None = 1500,
    pool: Any = None,
    seed: int = 0,
    theme: str | style.Theme = "light",
    progress: bool = False,
) -> style.Picture:
    """The objective around the path of one run, J(w)/N on a plane through its final w.

    run: a `Run`, of which model, path, w and settings["lam"] are used; data: what it was trained on. plane:
    "pca" (nearest to the path), "random" (filter-normalised, drawn with `seed`) or a plane of your own.
    resolution: points along each side; examples: at most so many, evenly spread, or None for all. pool: a
    Pool that computes rows of the grid side by side.
    """
    return contour(
        run.model,
        data,
        {"": path_of(run)},
        plane=plane,
        lam=run.settings.get("lam", 0.0),
        resolution=resolution,
        examples=examples,
        pool=pool,
        seed=seed,
        theme=theme,
        progress=progress,
    )


def race(
    runs: Mapping[str, Any] | Iterable[Any],
    data: Dataset,
    *,
    plane: Literal["pca", "random"] | Plane = "pca",
    resolution: int = 25,
    examples: int | None = 1500,
    pool: Any = None,
    seed: int = 0,
    theme: str | style.Theme = "light",
    progress: bool = False,
) -> style.Picture:
    """The paths of several runs of one model on one map, whose plane goes through the end of the best one.

    runs: {name: Run}, or runs, which are named after the settings in which they differ. The rest is as in
    `loss_contour`. ValueError: models with different numbers of parameters.
    """
    named = name_runs(runs)
    first = next(iter(named.values()))
    if any(run.model.size != first.model.size for run in named.values()):
        sizes = ", ".join(f"{name}: {run.model.size:,}" for name, run in named.items())
        raise ValueError(f"the runs have different numbers of parameters ({sizes}): a race needs one model.")
    return contour(
        first.model,
        data,
        {name: path_of(run) for name, run in named.items()},
        plane=plane,
        lam=first.settings.get("lam", 0.0),
        resolution=resolution,
        examples=examples,
        pool=pool,
        seed=seed,
        theme=theme,
        progress=progress,
    )


def contour(
    model: Any,
    data: Dataset,
    paths: Mapping[str, Array],
    *,
    plane: Literal["pca", "random"] | Plane = "pca",
    lam: float = 0.0,
    resolution: int = 25,
    examples: int | None = 1500,
    pool: Any = None,
    seed: int = 0,
    theme: str | style.Theme = "light",
    progress: bool = False,
) -> style.Picture:
    """The same from plain arrays. paths: {name: (k, size) parameters along training}; lam: the objective's λ."""
    part = data.take(thin(len(data), examples)) if examples and examples < len(data) else data
    objective = Objective(model, part, lam / len(data))
    with threadpool_limits(1, user_api="blas"):  # several threads for small matrices lose against other processes
        walks = {name: walk for name, path in paths.items() if (walk := follow(objective, path))}
        if not walks:
            raise ValueError("no path begins with finite numbers: there is nothing to draw.")
        best = min(walks, key=lambda name: (walks[name].diverged, walks[name].losses[-1]))
        if not isinstance(plane, Plane):
            plane = choose_plane(plane, model, walks, best, seed)
        flat = {name: plane.coordinates(walk.path) for name, walk in walks.items()}
        reach = 1.0 if plane.kept is None else 0.0
        a, b = axes_around(np.concatenate(list(flat.values())), resolution, reach)
        surface = evaluate(objective, plane, a, b, pool, progress)
        told = residual_in_words(objective, plane, walks[best], best)
    figure = draw(surface, flat, theme, {name for name, walk in walks.items() if walk.diverged})
    title = f"Loss contour of {model.name} on {data.name}"
    if part is not data:
        told = f"J(w)/N of {len(part):,} of the {len(data):,} examples. {told}"
    told = " ".join([told, *(_lost_in_words(name, walk) for name, walk in walks.items() if walk.diverged)])
    alt = _alt(title, surface, flat, walks, told)
    return style.words(figure, title, told, alt, named=figure.axes[0])


@dataclass(frozen=True, eq=False)
class Walk:
    """The part of a path that fits on a map.

    path: (k, size); seen, losses: some places in it, the first and the last among them, and the objective
    there; whole: points before it was cut; diverged: whether it was.
    """

    path: Array
    seen: list[int]
    losses: Floats
    whole: int
    diverged: bool


def follow(objective: Objective, path: Array) -> Walk | None:
    """A path up to where it diverges, if it does; None where not even its first point is finite."""
    path = np.asarray(path, float)
    seen = thin(len(path), LOOKED_AT)
    losses = along(objective, path[seen])
    if not np.isfinite(losses[0]):
        return None
    lost = ~(losses <= FAR * max(losses[0], 1e-300))
    keep = int(np.argmax(lost)) if lost.any() else len(seen)
    cut = path[: seen[keep - 1] + 1]
    return Walk(cut, seen[:keep], losses[:keep], len(path), bool(lost.any()))


def choose_plane(kind: str, model: Any, walks: Mapping[str, Walk], best: str, seed: int) -> Plane:
    """The plane of that name through the end of the best path; a random one where no path has moved."""
    end = walks[best].path[-1]
    if kind not in ("pca", "random"):
        raise ValueError(f"plane = {kind!r}: give 'pca', 'random' or a Plane.")
    points = np.concatenate([walk.path for walk in walks.values()])
    if kind == "pca" and (points != end).any():
        return pca_plane(points, end)
    return random_plane(end, filters_of(model), seed)


def path_of(run: Any) -> Floats:
    """(k, size) the recorded parameters of a run, its final w the last of them."""
    path = np.asarray(run.path, np.float64).reshape(-1, len(run.w))
    if not len(path) or not np.array_equal(path[-1], run.w):
        path = np.concatenate([path, np.asarray(run.w, np.float64)[None]])
    return path


def residual_in_words(objective: Objective, plane: Plane, walk: Walk, name: str = "") -> str:
    """How far a path leaves the plane, and what that does to the height drawn."""
    away = plane.distance(walk.path)
    extent = float(np.linalg.norm(walk.path - walk.path[-1], axis=1).max())
    who = f"The path of {name}" if name else "The path"
    if extent == 0:
        return f"{who} is one point: the height there is its loss."
    if away.max() <= 1e-9 * extent:
        return f"{who} lies in this plane, so the height drawn is the true loss all along it."
    drawn = along(objective, np.stack([plane.point(*ab) for ab in plane.coordinates(walk.path[walk.seen])]))
    worst = int(np.nanargmax(np.abs(walk.losses - drawn)))
    return (
        f"{who} leaves this plane by up to {style.number(float(away.max()))} "
        f"({away.max() / extent:.0%} of its extent): away from its end, the height drawn is not the true loss. "
        f"At point {walk.seen[worst] + 1} of {len(walk.path)} it is {style.number(drawn[worst])}, "
        f"in truth {style.number(walk.losses[worst])}."
    )


def _lost_in_words(name: str, walk: Walk) -> str:
    who = f"The path of {name}" if name else "The path"
    return (
        f"{who} diverges: it is drawn up to point {len(walk.path)} of {walk.whole}, "
        f"before the loss exceeds {FAR} times that at the start."
    )


def _alt(title: str, surface: Surface, flat: Mapping[str, Floats], walks: Mapping[str, Walk], told: str) -> str:
    heights = surface.loss[np.isfinite(surface.loss)]
    tales = []
    for name, walk in walks.items():
        ends = [f"({style.number(a, 2)}, {style.number(b, 2)})" for a, b in flat[name][[0, -1]]]
        tales.append(
            f"The path{' of ' + name if name else ''} goes from {ends[0]} with a loss of "
            f"{style.number(walk.losses[0])} to {ends[1]} with {style.number(walk.losses[-1])}."
        )
    return (
        f"{title}. On the map, with axes {surface.plane.names[0]} and {surface.plane.names[1]}, the loss lies "
        f"between {style.number(heights.min())} and {style.number(heights.max())}. {' '.join(tales)} {told}"
    )
