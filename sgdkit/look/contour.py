"""The loss contour: the objective on a plane, as a map, with the paths of training on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from ..data import Dataset
from ..types import Array
from . import style
from .map import draw
from .naming import name_runs
from .planes import Floats, Plane, filters_of, pca_plane, random_plane
from .surface import Objective, Surface, axes_around, evaluate, thin
from .walks import Walk, cuts_in_words, follow, path_of, residuals_in_words


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
        diverged=_diverged({"": run}),
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
    `loss_contour`. There is one map, that of the first run's λ. ValueError: models with different numbers of
    parameters.
    """
    named = name_runs(runs)
    first = next(iter(named.values()))
    if any(run.model.size != first.model.size for run in named.values()):
        sizes = ", ".join(f"{name}: {run.model.size:,}" for name, run in named.items())
        raise ValueError(f"the runs have different numbers of parameters ({sizes}): a race needs one model.")
    lam = first.settings.get("lam", 0.0)
    others = {name: run.settings.get("lam", 0.0) for name, run in named.items()}
    told = ", ".join(f"{other:g} ({name})" for name, other in others.items() if other != lam)
    return contour(
        first.model,
        data,
        {name: path_of(run) for name, run in named.items()},
        plane=plane,
        lam=lam,
        resolution=resolution,
        examples=examples,
        pool=pool,
        seed=seed,
        theme=theme,
        progress=progress,
        diverged=_diverged(named),
        note=f"The loss is that of λ = {lam:g}; trained with another λ: {told}." if told else "",
    )


def _diverged(runs: Mapping[str, Any]) -> set[str]:
    return {name for name, run in runs.items() if getattr(run, "diverged", None) is not None}


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
    diverged: Collection[str] = (),
    note: str = "",
) -> style.Picture:
    """The same from plain arrays. paths: {name: (k, size) parameters along training}; lam: the objective's λ.

    diverged: the names of the paths whose run did: where one leaves the map, that is what is said of it. note: a
    sentence for the caption.
    """
    part = data.take(thin(len(data), examples)) if examples and examples < len(data) else data
    objective = Objective(model, part, lam / len(data))
    with threadpool_limits(1, user_api="blas"):  # several threads for small matrices lose against other processes
        walks = {name: walk for name, path in paths.items() if (walk := follow(objective, path, name in diverged))}
        if not walks:
            raise ValueError("no path begins with finite numbers: there is nothing to draw.")
        best = min(walks, key=lambda name: (walks[name].cut, walks[name].losses[-1]))
        if not isinstance(plane, Plane):
            plane = choose_plane(plane, model, walks, best, seed)
        flat = {name: plane.coordinates(walk.path) for name, walk in walks.items()}
        reach = 1.0 if plane.kept is None else 0.0
        a, b = axes_around(np.concatenate(list(flat.values())), resolution, reach)
        surface = evaluate(objective, plane, a, b, pool, progress)
        told = residuals_in_words(objective, plane, walks)
    figure = draw(surface, flat, theme, {name: walk.end for name, walk in walks.items() if walk.cut})
    title = f"Loss contour of {model.name} on {data.name}"
    if part is not data:
        told = f"J(w)/N of {len(part):,} of the {len(data):,} examples. {told}"
    told = " ".join(sentence for sentence in (note, told, cuts_in_words(walks)) if sentence)
    alt = _alt(title, surface, flat, walks, told)
    return style.words(figure, title, told, alt, named=figure.axes[0])


def choose_plane(kind: str, model: Any, walks: Mapping[str, Walk], best: str, seed: int) -> Plane:
    """The plane of that name through the end of the best path; a random one where no path has moved."""
    end = walks[best].path[-1]
    if kind not in ("pca", "random"):
        raise ValueError(f"plane = {kind!r}: give 'pca', 'random' or a Plane.")
    points = np.concatenate([walk.path for walk in walks.values()])
    if kind == "pca" and (points != end).any():
        return pca_plane(points, end)
    return random_plane(end, filters_of(model), seed)


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
