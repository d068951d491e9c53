"""Planes: PCA of the path, filter-normalised random directions, and what the projection loses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sgdkit.look.planes import Plane, filters_of, normalise_filters, pca_plane, random_plane
from sgdkit.models import Conv2d, Dense, Flatten, Images, Network, SquaredError, ann


@given(arrays(float, (9, 2), elements=st.floats(-10, 10)), st.integers(0, 100))
def test_a_path_in_a_plane_has_no_residual_and_comes_back(ab: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.standard_normal((40, 2)))
    path = rng.standard_normal(40) + ab @ basis.T
    if np.ptp(path, axis=0).max() < 1e-6:
        return
    plane = pca_plane(path)
    scale = np.abs(path).max() + 1
    assert plane.distance(path).max() < 1e-7 * scale
    back = np.stack([plane.point(*c) for c in plane.coordinates(path)])
    np.testing.assert_allclose(back, path, atol=1e-7 * scale)


def test_the_plane_goes_through_the_end_of_the_path() -> None:
    path = np.random.default_rng(0).standard_normal((20, 30)).cumsum(axis=0)
    plane = pca_plane(path)
    np.testing.assert_array_equal(plane.origin, path[-1])
    np.testing.assert_allclose(plane.coordinates(path[-1:]), [[0, 0]], atol=1e-12)


def test_pca_directions_are_orthonormal_and_keep_what_they_say() -> None:
    path = np.random.default_rng(1).standard_normal((25, 60)).cumsum(axis=0)
    plane = pca_plane(path)
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
    offsets = path - path[-1]
    lost = np.sum(plane.distance(path) ** 2) / np.sum(offsets**2)
    assert plane.kept is not None
    assert sum(plane.kept) == pytest.approx(1 - lost)
    assert plane.kept[0] >= plane.kept[1] > 0


def test_no_other_plane_through_the_end_lies_nearer_to_the_path() -> None:
    rng = np.random.default_rng(2)
    path = rng.standard_normal((15, 12)).cumsum(axis=0)
    best = np.sum(pca_plane(path).distance(path) ** 2)
    for _ in range(50):
        other = Plane(path[-1], rng.standard_normal((2, 12)), ("", ""))
        assert np.sum(other.distance(path) ** 2) >= best


def test_a_straight_path_gets_a_second_direction_across() -> None:
    path = np.outer(np.linspace(3, 0, 6), np.ones(8))
    plane = pca_plane(path)
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
    assert plane.kept == (pytest.approx(1), 0.0)
    assert plane.distance(path).max() < 1e-12


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (np.ones((5, 3)), "moved"),
        (np.zeros((5, 1)), "two parameters"),
        (np.array([[0.0, 1.0], [np.inf, 0.0]]), "finite"),
    ],
)
def test_paths_without_a_plane_are_refused(path: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        pca_plane(path, path[0])


def test_coordinates_on_a_skew_plane_are_those_of_the_nearest_point() -> None:
    rng = np.random.default_rng(3)
    plane = Plane(rng.standard_normal(10), rng.standard_normal((2, 10)), ("", ""))
    w = rng.standard_normal((4, 10))
    for point, ab, distance in zip(w, plane.coordinates(w), plane.distance(w), strict=True):
        assert np.linalg.norm(plane.point(*ab) - point) == pytest.approx(distance)
        for step in ([1e-3, 0], [0, 1e-3], [-1e-3, 0], [0, -1e-3]):
            assert np.linalg.norm(plane.point(*(ab + step)) - point) >= distance


def test_every_neuron_of_a_direction_has_the_norm_of_the_networks_own() -> None:
    model = ann(7)
    w = model.init(0)
    direction = normalise_filters(np.random.default_rng(4).standard_normal(model.size), w, filters_of(model))
    d, own = model.arrays(direction), model.arrays(w)
    # Column j of an (inputs, outputs) array is what goes into neuron j.
    np.testing.assert_allclose(np.linalg.norm(d["0.W"], axis=0), np.linalg.norm(own["0.W"], axis=0))
    np.testing.assert_allclose(np.linalg.norm(d["2.W"], axis=0), np.linalg.norm(own["2.W"], axis=0))
    assert not np.any(d["0.b"])


def test_a_convolutions_filters_are_normalised_one_by_one() -> None:
    layers = [Images(6, 6), Conv2d(1, 4, 3), Flatten(), Dense(144, 2)]
    model = Network("small", layers, SquaredError(), inputs=36)
    w = model.init(1)
    (direction, _) = random_plane(w, filters_of(model), seed=5).directions
    name = next(name for name, array in model.arrays(w).items() if array.ndim == 4)
    d, own = model.arrays(direction)[name], model.arrays(w)[name]
    np.testing.assert_allclose((d**2).sum(axis=(0, 1, 2)), (own**2).sum(axis=(0, 1, 2)))
    assert len(filters_of(model)) == 4 + 2


def test_random_planes_depend_on_the_seed_only() -> None:
    model = ann(3)
    w, filters = model.init(0), filters_of(model)
    np.testing.assert_array_equal(random_plane(w, filters, 1).directions, random_plane(w, filters, 1).directions)
    assert np.any(random_plane(w, filters, 1).directions != random_plane(w, filters, 2).directions)


def test_located_is_what_coordinates_and_distance_say():
    rng = np.random.default_rng(0)
    plane = Plane(rng.normal(size=30), rng.normal(size=(2, 30)), ("a", "b"))
    W = rng.normal(size=(7, 30))
    W[3] = plane.point(2, -1)
    coordinates, distances = plane.locate(W)
    assert coordinates == pytest.approx(plane.coordinates(W))
    assert distances == pytest.approx(plane.distance(W), abs=1e-6) and coordinates[3] == pytest.approx([2, -1])
