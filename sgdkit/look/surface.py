"""The objective on a grid of points of a plane: the numbers behind a loss contour. No pictures here."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from ..data import Dataset
from ..types import Array, Vector
from .planes import Floats, Plane


@dataclass(frozen=True, eq=False)
class Objective:
    """J(w)/N = mean ℓ + λ/(2N)·‖w‖², the thing that training minimises, as a function of w alone.

    decay: λ/N with the N of the whole training set, also where `data` is only a part of it.
    """

    model: Any
    data: Dataset
    decay: float = 0.0

    def __call__(self, w: Vector) -> float:
        """w: (size,) of any float dtype; it is computed in the dtype of the data. NaN where w is not finite."""
        w = np.asarray(w, self.data.X.dtype)
        if not np.isfinite(w).all():
            return float("nan")
        total = self.model.loss(w, self.data.X, self.data.Y)
        mask = getattr(self.model, "penalised", None)
        squares = np.square(w, dtype=np.float64)
        penalty = squares.sum() if mask is None else (squares * mask).sum()
        return float(total / len(self.data) + self.decay / 2 * penalty)


@dataclass(frozen=True, eq=False)
class Surface:
    """loss[j, i] = objective(plane.point(a[i], b[j])), shape (len(b), len(a)); a and b rise."""

    plane: Plane
    a: Floats
    b: Floats
    loss: Floats


def evaluate(
    objective: Objective, plane: Plane, a: Floats, b: Floats, pool: Any = None, progress: bool = False
) -> Surface:
    """The objective at every point of the grid a × b of the plane.

    pool: a Pool, which gets rows of the grid; progress: show a bar.
    """
    rows = partial(_rows, objective, plane, a)
    workers = getattr(pool, "_processes", None) or 2
    pieces = np.array_split(b, len(b) if pool is None else min(len(b), 2 * workers))
    done = map(rows, pieces) if pool is None else pool.imap(rows, pieces)
    bar = progress_bar(done, len(pieces)) if progress else done
    return Surface(plane, a, b, np.concatenate(list(bar)))


def progress_bar(items: Iterable[Floats], total: int) -> Iterable[Floats]:
    """A bar of text: on stderr in a terminal, on stdout in a notebook, where stderr looks like an error."""
    file = sys.stdout if "ipykernel" in sys.modules else sys.stderr
    return tqdm(items, "drawing the loss contour", total, file=file, unit=" rows", mininterval=0.2)


def _rows(objective: Objective, plane: Plane, a: Floats, b: Floats) -> Floats:
    with np.errstate(all="ignore"):  # far from the path the loss may overflow: the picture leaves that blank
        return np.array([[objective(plane.point(i, j)) for i in a] for j in b])


def along(objective: Objective, W: Array) -> Floats:
    """(k, size) parameters -> (k,) values of the objective."""
    with np.errstate(all="ignore"):
        return np.array([objective(w) for w in W])


def axes_around(points: Floats, resolution: int, reach: float = 0.0) -> tuple[Floats, Floats]:
    """Grid coordinates that hold all points (k, 2) with a margin of a fifth, and at least ±reach around 0.

    The shorter side is at least 0.4 of the longer, so that a path along a line still shows its valley.
    """
    low = np.minimum(points.min(axis=0), -reach)
    high = np.maximum(points.max(axis=0), reach)
    span = high - low
    span = np.maximum(span, 0.4 * span.max())
    span = np.where(span > 0, span, 1.0) * 1.4
    middle = (low + high) / 2
    a, b = (np.linspace(m - s / 2, m + s / 2, resolution) for m, s in zip(middle, span, strict=True))
    return a, b


def levels(loss: Floats, count: int = 14) -> Floats:
    """`count` + 1 contour levels (2 on a flat surface), rising, chosen so that no picture is left empty.

    From the least loss up to the value that 97 % of the grid stays below (a wall in a corner shall not use up
    all lines). On a bowl they lie at equal distances; where the loss spans more than a factor of 50 they grow
    by a factor. ValueError: no finite value at all.
    """
    values = loss[np.isfinite(loss)]
    if not len(values):
        raise ValueError("the loss is nowhere finite on this plane: there is no contour to draw.")
    low, high = float(values.min()), float(np.quantile(values, 0.97))
    if high - low <= 1e-9 * max(abs(high), abs(low)) + 1e-300:  # flat
        margin = max(abs(high), 1e-12) * 1e-3
        return np.array([low - margin, high + margin])
    if low > 0 and high / low > 50:
        chosen = np.geomspace(low, high, count + 1)
    else:
        chosen = low + (high - low) * np.linspace(0, 1, count + 1) ** 2
    for digits in (1, 2, 3, 4):
        rounded = np.unique([float(f"{value:.{digits - 1}e}") for value in chosen[1:]])
        rounded = rounded[rounded > low]
        if len(rounded) == count:
            return np.concatenate([[low], rounded])
    return chosen


def thin(count: int, most: int) -> list[int]:
    """At most `most` of the numbers 0 … count − 1, evenly spread, both ends included."""
    return sorted(set(np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()))
