"""The table of mistakes of 3-optimizers: each differs from what is right and from every other."""

import numpy as np
import pytest

from sgdkit import checks
from sgdkit.checks.judge import close
from sgdkit.checks.optimizers import adam, momentum, nesterov, valley

RIGHT = {
    "momentum": [lambda case: momentum.moves(case.args[2], case.args[0])],
    "nesterov": [lambda case: nesterov.moves(case.args[2], case.args[0])],
    "adam": [lambda case, rule=rule: rule(case.args[2], case.args[0]) for rule in (adam.paper, adam.tensorflow)],
    "newton_step": [valley.newton],
}


def same(cases, one, other) -> bool:
    return all(close(np.asarray(one(case)), np.asarray(other(case))) for case in cases)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", RIGHT)
def test_no_mistake_passes_for_right_or_for_another(name, seed):
    exercise = checks.get(f"3-optimizers/optimizers/{name}")
    cases = exercise.cases(np.random.default_rng(seed))
    known = exercise.misconceptions
    for i, mistake in enumerate(known):
        assert not any(same(cases, mistake.gives, right) for right in RIGHT[name]), mistake
        for other in known[:i]:
            assert other.name == mistake.name or not same(cases, mistake.gives, other.gives), (mistake, other)


def simulated(kind: str, g, settings):
    """The rules as books print them, with memory: written apart from the sums that the checks compare with."""
    lr, m, v, moves = settings[0], 0.0, 0.0, []
    for t, row in enumerate(g, start=1):
        if kind == "adam":
            beta1, beta2, eps = settings[1:]
            m, v = beta1 * m + (1 - beta1) * row, beta2 * v + (1 - beta2) * row**2
            moves.append(-lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps))
        else:
            v = settings[1] * v + row
            moves.append(-lr * (v if kind == "momentum" else row + settings[1] * v))
    return np.array(moves)


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam"])
def test_references_are_the_published_rules(name):
    exercise = checks.get(f"3-optimizers/optimizers/{name}")
    for case in exercise.cases(np.random.default_rng(3)):
        settings, _, g = case.args
        assert len(g) >= 3
        np.testing.assert_allclose(RIGHT[name][0](case), simulated(name, g, settings), rtol=1e-12)


def test_the_two_adams_differ_by_less_than_any_mistake_and_both_pass():
    cases = checks.get("3-optimizers/optimizers/adam").cases(np.random.default_rng(5))
    for case in cases:
        g, s = case.args[2], case.args[0]
        np.testing.assert_allclose(adam.paper(g, s), adam.tensorflow(g, s), rtol=5e-2)
        assert np.min(np.abs(g[g != 0])) > (30 if s[3] > 1e-8 else 1e3) * s[3]  # in one case ε is to show


@pytest.mark.parametrize("seed", range(5))
def test_newtons_reference_solves_and_is_safe(seed):
    cases = checks.get("3-optimizers/optimizers/newton_step").cases(np.random.default_rng(seed))
    for case in cases:
        A, b, c, w = case.args
        H, g = A + 3 * np.diag(c * w**2), A @ w - b + c * w**3
        p = valley.newton(case) - w
        assert p @ g < 0
        tau = -(p @ (H @ p + g)) / (p @ p)
        np.testing.assert_allclose(H @ p + tau * p, -g, atol=1e-8)
        assert np.linalg.eigvalsh(H + tau * np.eye(len(w)))[0] >= case.kwargs["damping"] - 1e-8
