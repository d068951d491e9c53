"""λmax, and the learning rates that it allows: held against matrices and against the optimizers themselves."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.data import parabola
from sgdkit.look.playground.settings import OPTIMIZERS
from sgdkit.look.playground.sharpness import largest_curvature, largest_rate, power_iteration, rule
from sgdkit.models import parabola as network


def test_power_iteration_finds_the_eigenvalue_of_the_largest_modulus():
    turn, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((5, 5)))
    matrix = turn @ np.diag([3.0, 1.0, 0.5, -4.0, 0.1]) @ turn.T
    assert power_iteration(lambda v: matrix @ v, np.zeros(5), 200) == pytest.approx(-4.0)
    assert power_iteration(lambda v: 0 * v, np.zeros(5), 10) == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_curvature_is_the_largest_eigenvalue_of_the_hessian_per_example(seed):
    model, data = network(), parabola().train
    w = model.init(seed)
    columns = [model.hessian_vector(w, data.X, data.Y, e) / len(data) for e in np.eye(model.size)]
    expected = np.linalg.eigvalsh(np.array(columns)).max()
    assert largest_curvature(model, w, data, rounds=300) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "Nesterov"])
@pytest.mark.parametrize("curvature", [0.3, 20.0])
def test_below_the_limit_a_quadratic_settles_and_above_it_does_not(optimizer, curvature):
    limit = largest_rate(optimizer, curvature)

    def distance(lr: float) -> float:
        rule, w = OPTIMIZERS[optimizer](lr), np.array([1.0])
        for _ in range(3000):
            w = rule.step(w, curvature * w)
        return float(abs(w[0]))

    with np.errstate(all="ignore"):
        assert distance(0.99 * limit) < 1e-3
        assert not distance(1.01 * limit) < 1e3


def test_there_is_no_such_rule_for_the_others():
    assert largest_rate("Adam", 3.0) is None and largest_rate("Newton", 3.0) is None
    assert largest_rate("SGD", 0.0) is None and largest_rate("SGD", float("nan")) is None
    assert rule("SGD") == "2/λmax" and "μ" in rule("Momentum")
