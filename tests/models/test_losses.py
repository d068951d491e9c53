"""The losses by value."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.models import Memory, SoftmaxCrossEntropy, SquaredError


def numeric_slope(loss, outputs, targets, h=1e-6):
    slope = np.empty_like(outputs)
    for index in np.ndindex(outputs.shape):
        step = np.zeros_like(outputs)
        step[index] = h
        up, down = (loss.value(outputs + s, targets, Memory()) for s in (step, -step))
        slope[index] = (up - down) / (2 * h)
    return slope


@pytest.mark.parametrize("loss", [SquaredError(), SoftmaxCrossEntropy()])
def test_slope_and_curvature_are_the_derivatives(loss):
    rng = np.random.default_rng(0)
    outputs, rx = rng.standard_normal((2, 4, 5))
    targets = rng.dirichlet(np.ones(5), size=4)
    memory = Memory()
    loss.value(outputs, targets, memory)
    np.testing.assert_allclose(loss.slope(outputs, targets, memory), numeric_slope(loss, outputs, targets), atol=1e-8)
    h = 1e-6
    slopes = []
    for step in (h * rx, -h * rx):
        other = Memory()
        loss.value(outputs + step, targets, other)
        slopes.append(loss.slope(outputs + step, targets, other).copy())
    np.testing.assert_allclose(loss.curvature(rx, memory), (slopes[0] - slopes[1]) / (2 * h), atol=1e-8)


def test_squared_error_is_half_the_sum_of_squares():
    value = SquaredError().value(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 1.0]]), Memory())
    assert value == (1 + 4 + 0 + 9) / 2


def test_cross_entropy_is_minus_the_logarithm_of_the_right_probability():
    outputs = np.log(np.array([[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]])) + 13
    value = SoftmaxCrossEntropy().value(outputs, np.eye(3)[[2, 1]], Memory())
    assert value == pytest.approx(-np.log(0.5) - np.log(0.2), rel=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_huge_outputs_is_finite(dtype):
    outputs = np.array([[1e30, -1e30, 0], [-1e4, 1e4, 3]], dtype)
    memory = Memory()
    with np.errstate(over="raise", invalid="raise"):
        value = SoftmaxCrossEntropy().value(outputs, np.eye(3, dtype=dtype)[[0, 0]], memory)
    assert value == pytest.approx(2e4)
    assert np.isfinite(SoftmaxCrossEntropy().slope(outputs, np.eye(3, dtype=dtype)[[0, 0]], memory)).all()
