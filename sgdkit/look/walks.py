"""The paths of training on a map: as far as they fit on it, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..types import Array
from . import style
from .planes import Floats, Plane
from .surface import Objective, along, thin

FAR = 10  # a path is cut where the loss exceeds so many times the loss at its start
LOOKED_AT = 25  # points of a path whose true loss is computed


@dataclass(frozen=True, eq=False)
class Walk:
    """The part of a path that fits on a map.

    path: (k, size); seen, losses: some places in it, the first and the last among them, and the objective
    there; whole, last: how many points the path has, and the objective at the last of them; diverged: whether
    its run did.
    """

    path: Array
    seen: list[int]
    losses: Floats
    whole: int
    last: float
    diverged: bool

    @property
    def cut(self) -> bool:
        """Whether the path goes on, off the map."""
        return len(self.path) < self.whole

    @property
    def end(self) -> str:
        """What to write where a path is cut; empty where it is whole."""
        return ("diverges" if self.diverged else "leaves the map") if self.cut else ""


def path_of(run: Any) -> Floats:
    """(k, size) the recorded parameters of a run, its final w the last of them."""
    path = np.asarray(run.path, np.float64).reshape(-1, len(run.w))
    if not len(path) or not np.array_equal(path[-1], run.w):
        path = np.concatenate([path, np.asarray(run.w, np.float64)[None]])
    return path


def follow(objective: Objective, path: Array, diverged: bool = False) -> Walk | None:
    """A path up to where its loss gets too large for a map; None where not even its first point is finite."""
    path = np.asarray(path, float)
    seen = thin(len(path), LOOKED_AT)
    losses = along(objective, path[seen])
    if not np.isfinite(losses[0]):
        return None
    lost = ~(losses <= FAR * max(losses[0], 1e-300))
    keep = int(np.argmax(lost)) if lost.any() else len(seen)
    return Walk(path[: seen[keep - 1] + 1], seen[:keep], losses[:keep], len(path), float(losses[-1]), diverged)


def cuts_in_words(walks: Mapping[str, Walk]) -> str:
    """Which paths are not drawn to their end, and why."""
    told = []
    for name, walk in walks.items():
        if walk.cut:
            ends = "" if walk.diverged else f" Its last loss is {style.number(walk.last)}."
            told.append(
                f"{_the_path(name)} {walk.end}: it is drawn up to point {len(walk.path)} of {walk.whole}, "
                f"before the loss exceeds {FAR} times that at the start.{ends}"
            )
    return " ".join(told)


@dataclass(frozen=True)
class Residual:
    """How far a path leaves a plane, and what that does to the height drawn.

    away: at most so far; extent: how far the path goes from its end, 0 where it is one point; share: away over
    extent, or over the distance from the plane's origin; at_end: whether its end lies off the plane, too;
    at, drawn, true: the place of the worst height among those looked at, the height there and the loss.
    """

    away: float
    extent: float
    share: float
    at_end: bool
    at: int
    drawn: float
    true: float

    @property
    def inside(self) -> bool:
        """Whether the path lies in the plane, up to rounding."""
        return self.share <= 1e-9

    @property
    def error(self) -> float:
        """By how much the worst height differs from the loss; infinite where it is not a number."""
        difference = abs(self.drawn - self.true)
        return difference if difference == difference else float("inf")


def residual(objective: Objective, plane: Plane, walk: Walk) -> Residual:
    """What projecting a path on a plane does to it."""
    away = plane.distance(walk.path)
    extent = float(np.linalg.norm(walk.path - walk.path[-1], axis=1).max())
    scale = extent or float(np.linalg.norm(walk.path[-1] - plane.origin)) or 1.0
    drawn = along(objective, np.stack([plane.point(*ab) for ab in plane.coordinates(walk.path[walk.seen])]))
    worst = int(np.argmax(np.nan_to_num(np.abs(walk.losses - drawn), nan=np.inf)))
    most = float(away.max())
    return Residual(
        most, extent, most / scale, bool(away[-1] > 1e-9 * scale),
        walk.seen[worst], float(drawn[worst]), float(walk.losses[worst]),
    )  # fmt: skip


def residuals_in_words(objective: Objective, plane: Plane, walks: Mapping[str, Walk]) -> str:
    """How far the paths leave the plane, and where that makes the height drawn most wrong."""
    of = {name: residual(objective, plane, walk) for name, walk in walks.items()}
    leaving = {name: one for name, one in of.items() if not one.inside}
    first, alone = next(iter(of)), len(of) == 1
    if not leaving:
        if alone and not of[first].extent:
            return f"{_the_path(first)} is one point: the height there is its loss."
        who = f"{_the_path(first)} lies" if alone else "All paths lie"
        return f"{who} in this plane, so the height drawn is the true loss all along {'it' if alone else 'them'}."
    worst = max(leaving, key=lambda name: leaving[name].error)
    point = f"point {leaving[worst].at + 1} of {len(walks[worst].path)}"
    height = f"it is {style.number(leaving[worst].drawn)}, in truth {style.number(leaving[worst].true)}."
    if alone:
        where = "" if of[first].at_end else "away from its end, "
        return (
            f"{_the_path(first)} leaves this plane by up to {_by(of[first])}: "
            f"{where}the height drawn is not the true loss. At {point} {height}"
        )
    told = ", ".join(f"{name} by up to {_by(one)}" for name, one in leaving.items())
    return (
        f"The paths leave this plane, {told}: where they do, the height drawn is not the true loss. "
        f"At {point} of {worst} {height}"
    )


def _by(one: Residual) -> str:
    share = f" ({one.share:.0%} of its extent)" if one.extent else ""
    return f"{style.number(one.away)}{share}"


def _the_path(name: str) -> str:
    return f"The path of {name}" if name else "The path"
