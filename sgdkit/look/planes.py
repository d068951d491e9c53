"""Planes in the space of w: what a loss contour is a map of. Only arrays here, no pictures.

A network has thousands of parameters and paper has two directions. Whatever two are chosen, a path of
training leaves the plane that they span; `Plane.distance` says by how much, and the pictures repeat it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import Array, Vector

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """All points origin + a·directions[0] + b·directions[1].

    origin: (size,); directions: (2, size), independent but not necessarily orthogonal or of length 1; names:
    what to write on the two axes; kept: the share of the path's squared distances from the origin that each
    direction holds, for the PCA plane, else None.
    """

    origin: Floats
    directions: Floats
    names: tuple[str, str]
    kept: tuple[float, float] | None = None

    def point(self, a: float, b: float) -> Floats:
        """(size,) the parameters at coordinates a, b."""
        return self.origin + a * self.directions[0] + b * self.directions[1]

    def coordinates(self, W: Array) -> Floats:
        """(k, size) parameters -> (k, 2) coordinates of the points of the plane that are nearest to them."""
        return self._projected(W)[1]

    def distance(self, W: Array) -> Floats:
        """(k, size) parameters -> (k,) Euclidean distance of each from the plane: the residual of the
        projection.
        """
        offsets, coordinates = self._projected(W)
        return np.linalg.norm(offsets - coordinates @ self.directions, axis=1)

    def locate(self, W: Array, room: Floats | None = None) -> tuple[Floats, Floats]:
        """(k, size) parameters -> their coordinates (k, 2) and distances (k,), in the time of a few dot products.

        The distance is by Pythagoras, so rounding may reach 1e-8 of how far the parameters are from the origin.
        room: an array like W to compute in, float64, for who calls again and again: new ones cost more than that.
        """
        offsets, coordinates = self._projected(W, room)
        squares = np.vecdot(offsets, offsets) - np.vecdot(coordinates @ self._gram, coordinates)
        distances: Floats = np.sqrt(np.maximum(squares, 0))
        return coordinates, distances

    def _projected(self, W: Array, room: Floats | None = None) -> tuple[Floats, Floats]:
        """Offsets from the origin (k, size), and coordinates (k, 2)."""
        offsets = np.subtract(W, self.origin, out=room, dtype=np.float64)
        return offsets, np.linalg.solve(self._gram, self.directions @ offsets.T).T.astype(np.float64)

    @cached_property
    def _gram(self) -> Floats:
        """(2, 2) the directions' products with each other."""
        return self.directions @ self.directions.T


def pca_plane(path: Array, final: Vector | None = None) -> Plane:
    """The plane through the final w that lies nearest to the whole path, in the sense of least squares.

    path: (k, size) parameters along training; final: (size,), by default the last of them. The directions are
    the first two principal components of w_i − w_final, orthonormal, not centred again (Li et al. 2018,
    section 7: arXiv 1712.09913), so that the plane goes through w_final and its height is exact there. A path
    along a straight line has one such direction; the other is then drawn with a fixed seed. ValueError: fewer
    than two parameters, or a path that does not leave its end.
    """
    path = np.asarray(path, np.float64)
    if path.ndim != 2 or path.shape[1] < 2:
        raise ValueError(f"the path has shape {path.shape}: a plane needs (k, size) with at least two parameters.")
    end = path[-1] if final is None else np.asarray(final, np.float64)
    offsets = path - end
    if not np.isfinite(offsets).all():
        raise ValueError("the path has values that are not finite: give the part before the run diverged.")
    _, scales, axes = np.linalg.svd(offsets, full_matrices=False)
    if not scales[0] > 0:
        raise ValueError("all points of the path are the same: a plane needs a run that moved.")
    if len(scales) < 2 or scales[1] <= 1e-12 * scales[0]:
        axes, scales = np.stack([axes[0], _across(axes[0])]), np.array([scales[0], 0.0])
    axes = axes[:2] * np.where(_sums(axes[:2]) < 0, -1.0, 1.0)[:, None]
    kept = scales[:2] ** 2 / np.sum(scales**2)
    names = tuple(f"PCA direction {i + 1} ({share:.0%} of the path)" for i, share in enumerate(kept))
    return Plane(end, axes, (names[0], names[1]), (float(kept[0]), float(kept[1])))


def _sums(axes: Floats) -> Floats:
    """The sign of a principal direction is arbitrary: fix it by the sum of its entries."""
    return axes.sum(axis=1)


def _across(axis: Floats) -> Floats:
    """A unit vector orthogonal to `axis`, always the same."""
    other = np.random.default_rng(0).standard_normal(len(axis))
    other -= (other @ axis) * axis
    other -= (other @ axis) * axis  # once more, for rounding
    return other / np.linalg.norm(other)


def random_plane(w: Vector, filters: Sequence[NDArray[np.intp]], seed: int = 0) -> Plane:
    """The plane through w (size,) along two random directions, each normalised filter by filter.

    filters: see `filters_of`. One unit along an axis is a change as large as the network's own weights,
    whatever their scale.
    """
    origin = np.asarray(w, np.float64)
    rng = np.random.default_rng(seed)
    directions = [normalise_filters(rng.standard_normal(origin.size), origin, filters) for _ in range(2)]
    names = ("random direction 1 (1 = the filters' own norms)", "random direction 2")
    return Plane(origin, np.stack(directions), names)


def normalise_filters(direction: Vector, w: Vector, filters: Iterable[NDArray[np.intp]]) -> Floats:
    """Give each filter of a direction (size,) the norm of the same filter of w; everything else becomes 0.

    d_f ← d_f · ‖w_f‖ / (‖d_f‖ + 1e-10), Li et al. 2018, section 4 (arXiv 1712.09913). Biases and other
    parameters with one axis belong to no filter and get 0.
    """
    result = np.zeros(len(w))
    for filter in filters:
        part = direction[filter]
        result[filter] = part * (np.linalg.norm(w[filter]) / (np.linalg.norm(part) + 1e-10))
    return result


def filters_of(model: Any) -> list[NDArray[np.intp]]:
    """The places in w of each filter of a network: of a neuron's incoming weights, or of a convolution's
    kernel.

    In every weight array of the kit the last axis counts the neurons or the filters, so that a dense layer's
    filters are the columns of its (inputs, outputs) array. Arrays with one axis (biases) have none.
    """
    found: list[NDArray[np.intp]] = []
    for places in model.arrays(np.arange(model.size)).values():
        if places.ndim > 1:
            found.extend(places.reshape(-1, places.shape[-1]).T)
    return found
