"""Distributions, assumptions, the way to a target loss, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.look.simulated import simulated
from sgdkit.simulate import (
    AlphaBeta,
    Cluster,
    Constant,
    Exponential,
    Late,
    LogNormal,
    Pareto,
    Replay,
    StepsToTarget,
    run_async,
    run_sync,
)
from sgdkit.simulate.compute import parse
from sgdkit.simulate.sweep import against_backup, against_workers, spread
from sgdkit.stragglers import Stragglers

TARGET = StepsToTarget(100.0, 500.0)


@pytest.mark.parametrize(
    ("compute", "mean", "words"),
    [
        (Constant(2.0), 2.0, "always 2 s"),
        (Exponential(2.0), 2.0, "exponential, mean 2 s"),
        (LogNormal(2.0, 0.5), 2.0 * np.exp(0.125), "log-normal, median 2 s"),
        (
            Late(Constant(2.0), Stragglers("exponential", 4.0, 0.25)),
            3.0,
            "always 2 s; each worker with probability 0.25",
        ),
    ],
)
def test_distributions_have_the_mean_that_they_tell(compute, mean, words):
    row = compute.row(np.random.default_rng(0), 0, 200_000)
    assert row.shape == (200_000,) and (row >= 0).all()
    assert row.mean() == pytest.approx(mean, rel=0.02)
    assert words in str(compute)


def test_pareto_has_its_median():
    row = Pareto(3.0).row(np.random.default_rng(0), 0, 200_000)
    assert np.median(row) == pytest.approx(2 ** (1 / 1.5), rel=0.02)  # the least value is 1


def test_words_of_the_command_line():
    assert parse("constant:2") == Constant(2.0)
    assert parse("lognormal:1") == LogNormal(1.0) and parse("lognormal:1:0.2") == LogNormal(1.0, 0.2)
    assert parse("pareto:1") == Pareto(1.0) and parse("exponential:3") == Exponential(3.0)


def test_everything_that_is_assumed_is_said():
    cluster = Cluster(4, 1, Exponential(2.0), AlphaBeta(1e-4, 1e-9), 1e6, servers=2, update=0.5)
    said = " ".join(cluster.assumptions())
    for word in ("mean 2 s", "independent", "α = 100 µs", "1 GB/s", "1,000,000 bytes", "2 parameter servers"):
        assert word in said
    assert "computes it to its end" in said and "An update takes 0.5 s" in said
    assert "leaves it at once" in " ".join(Cluster(4, 1, late="abandon").assumptions())
    assert "sending takes no time" in " ".join(Cluster(2).assumptions())
    assert "All-reduce by ring" in " ".join(Cluster(2, exchange="ring").assumptions())


def test_steps_to_a_target():
    """Least steps with exact gradients, twice as many at the noise scale."""
    assert TARGET(500.0) == 200.0 and TARGET(1e12) == pytest.approx(100.0)
    batches = [16, 64, 256, 1024]
    found = StepsToTarget.fit(batches, [TARGET(batch) for batch in batches])
    assert found.least == pytest.approx(100.0) and found.noise_scale == pytest.approx(500.0)
    assert "100 · (1 + 500/B)" in str(TARGET)


def test_sweeps_and_their_picture():
    cluster = Cluster(8, 4, late="abandon")
    backups = against_backup(cluster, [0, 2, 4], 200, TARGET, examples=10)
    assert [(p.workers, p.backup) for p in backups] == [(12, 0), (10, 2), (8, 4)]
    assert backups[0].step > backups[1].step > backups[2].step
    for p in backups:
        assert p.to_target == pytest.approx(p.step * 100 * (1 + 500 / (10 * p.workers)))
    more = against_workers(cluster, [1, 3, 12], 50, TARGET, examples=10)
    assert [(p.workers, p.backup) for p in more] == [(1, 0), (2, 1), (8, 4)]
    best = min(backups, key=lambda p: p.to_target)
    assert f"{best.workers} workers and {best.backup} backup workers" in simulated(backups, "backup").alt
    assert "Against machines: 1:" in simulated(more, "workers").alt


def test_wasted_gradients_are_counted():
    (p,) = against_backup(Cluster(3, 1, Constant(1.0)), [1], 10, TARGET, examples=1)
    assert p.wasted == pytest.approx(10 / 40, abs=0.03)  # all four arrive at the same time, three are used


def test_spread():
    assert spread(0) == [0] and spread(3) == [0, 1, 2, 3] and spread(1, least=1) == [1]
    found = spread(10_000, least=1)
    assert found[0] == 1 and found[-1] == 10_000 and found == sorted(set(found)) and len(found) <= 10


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Cluster(0), "workers of the cluster is 0: give a whole number of at least 1"),
        (lambda: Cluster(2, -1), "backup of the cluster is -1"),
        (lambda: Cluster(2, 1, exchange="ring"), "an all-reduce by ring needs every worker's part"),
        (lambda: Cluster(2, exchange="star"), "exchange 'star' does not exist: choose one of server, ring, tree"),
        (lambda: Cluster(2, late="never"), "choose one of finish, abandon"),
        (lambda: Cluster(2, update=-1.0), "update of the cluster is -1.0"),
        (lambda: AlphaBeta(-1.0), "alpha of the network is -1.0"),
        (lambda: Constant(float("nan")), "seconds of a compute time is nan"),
        (lambda: run_async(Cluster(2, exchange="tree"), 3), "needs the exchange 'server', not 'tree'"),
        (
            lambda: run_sync(Cluster(3, compute=Replay(np.ones((2, 2)))), 2),
            "2 workers in 2 steps, but step 1 of 3 workers",
        ),
        (lambda: StepsToTarget(0.0, 1.0), "least is 0.0: give a positive number"),
        (lambda: StepsToTarget.fit([16], [3]), "give at least two mini-batches"),
        (lambda: StepsToTarget.fit([16, 32], [3, 30]), "do not fall with the size of the mini-batch"),
        (lambda: simulated([], "backup"), "give at least one"),
    ],
)
def test_what_makes_no_sense_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
