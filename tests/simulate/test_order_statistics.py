"""What is known without simulating: order statistics of exponential times, and sums of fixed ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdkit.simulate import AlphaBeta, Cluster, Constant, Exponential, Replay, run_async, run_sync


def harmonic(n: int) -> float:
    return sum(1 / i for i in range(1, n + 1))


@pytest.mark.parametrize(("backup", "known"), [(0, 5.19), (2, 3.69), (4, 3.10)])
def test_the_last_the_98th_and_the_96th_of_100(backup, known):
    """E[k-th of n] = H_n − H_{n−k}; the standard deviation of the k-th is √Σ 1/i² over i from n − k + 1 to n."""
    steps = 4000
    result = run_sync(Cluster(100 - backup, backup, late="abandon"), steps, seed=backup)
    expected = harmonic(100) - harmonic(backup)
    assert expected == pytest.approx(known, abs=0.005)
    deviation = math.sqrt(sum(1 / i**2 for i in range(backup + 1, 101)))
    assert abs(result.mean - expected) < 4 * deviation / math.sqrt(steps)
    assert result.error == pytest.approx(deviation / math.sqrt(steps), rel=0.15)
    assert np.mean(result.seconds) == pytest.approx(result.mean)


@given(st.integers(1, 30), st.data())
def test_any_kth_of_any_n(n, data):
    """Against numpy's partition of the very same times."""
    b = data.draw(st.integers(0, n - 1))
    times = np.random.default_rng(n).exponential(1.0, (5, n))
    result = run_sync(Cluster(n - b, b, Replay(times), late="abandon"), 5)
    assert np.allclose(result.seconds, np.sort(times, axis=1)[:, n - b - 1], rtol=1e-12)


def test_without_backup_finishing_and_abandoning_are_the_same():
    for late in ("finish", "abandon"):
        result = run_sync(Cluster(7, compute=Exponential(2.0), late=late), 50, seed=3)
        assert result.thrown_away == 0
        assert result.ended[-1] == pytest.approx(run_sync(Cluster(7, compute=Exponential(2.0)), 50, seed=3).ended[-1])


def test_a_late_worker_that_finishes_takes_part_when_it_is_free():
    """Three workers, two used. Worker 2 needs 2.5 s for step 0, which ends at 1, and joins the third step at 2.5."""
    times = np.array([[1.0, 1.0, 2.5], [1.0, 1.0, 9.0], [1.0, 9.0, 0.1], [9.0, 9.0, 9.0]])
    result = run_sync(Cluster(2, 1, Replay(times), late="finish"), 3)
    assert result.ended.tolist() == pytest.approx([1.0, 2.0, 3.0])  # step 2: worker 0 at 3.0, worker 2 at 2.6
    assert result.thrown_away == 1
    abandoned = run_sync(Cluster(2, 1, Replay(times), late="abandon"), 3)
    assert abandoned.ended.tolist() == pytest.approx([1.0, 2.0, 3.0])
    assert abandoned.thrown_away == 0


def test_a_late_worker_keeps_its_step_waiting_no_longer_than_its_own_part():
    """Worker 1 is late in step 0 by far: every step goes on with worker 0 alone."""
    times = np.full((20, 2), 1.0)
    times[0, 1] = 1000.0
    result = run_sync(Cluster(1, 1, Replay(times)), 20)
    assert result.seconds.tolist() == pytest.approx([1.0] * 20)


def test_a_server_takes_one_gradient_after_another():
    """10 gradients and 10 times w of 1 MB at 1 GB/s through one link each: w goes out, gradients come in, 1 ms each."""
    network = AlphaBeta(alpha=0.5, beta=1e-9)
    result = run_sync(Cluster(10, compute=Constant(3.0), network=network, size=1e6, update=0.25), 4)
    # The last worker has w after 10 ms + α, and its gradient meets an idle link: 1 ms + α more.
    assert np.allclose(result.seconds, 0.010 + 0.5 + 3.0 + 0.001 + 0.5 + 0.25, rtol=1e-9)
    two = run_sync(Cluster(10, compute=Constant(3.0), network=network, size=1e6, servers=2), 1)
    assert two.mean == pytest.approx(0.005 + 0.5 + 3.0 + 0.0005 + 0.5)


def test_a_server_is_the_bottleneck_of_many_workers():
    """1,000 gradients at once need 1,000 times as long as one."""
    result = run_sync(Cluster(1000, compute=Constant(0.0), network=AlphaBeta(0.0, 1e-9), size=1e6), 3)
    assert np.allclose(result.seconds, 1.001, rtol=1e-9)


@pytest.mark.parametrize(("workers", "ring", "tree"), [(1, 0.0, 0.0), (2, 2, 2), (8, 14, 6), (9, 16, 8)])
def test_all_reduce_costs_what_the_model_says(workers, ring, tree):
    """Ring: 2(n − 1) messages of 1/n of the bytes; tree: 2⌈log₂ n⌉ messages of all of them."""
    network, size = AlphaBeta(1e-3, 1e-9), 8e6
    assert network.ring(workers, size) == pytest.approx(ring * (1e-3 + 8e-3 / workers))
    assert network.tree(workers, size) == pytest.approx(tree * (1e-3 + 8e-3))
    for exchange in ("ring", "tree"):
        cluster = Cluster(workers, compute=Constant(1.0), network=network, size=size, exchange=exchange, update=0.5)
        assert run_sync(cluster, 3).mean == pytest.approx(1.5 + getattr(network, exchange)(workers, size))


def test_asynchronous_workers_wait_for_nobody():
    """n workers of one speed make n updates a second, and every gradient is n − 1 updates old."""
    result = run_async(Cluster(5, compute=Constant(1.0)), 100)
    assert result.mean == pytest.approx(1 / 5)
    assert result.staleness[:5].tolist() == [0, 1, 2, 3, 4] and (result.staleness[5:] == 4).all()


def test_the_mean_staleness_of_n_workers_is_n_minus_1():
    """Every update ends one worker's turn and is counted by the n − 1 others that are under way."""
    result = run_async(Cluster(9, compute=Exponential(1.0)), 20_000, seed=2)
    assert result.staleness.mean() == pytest.approx(8, abs=0.05)
    assert result.mean == pytest.approx(1 / 9, rel=0.03)


def test_ten_thousand_workers():
    result = run_sync(Cluster(9_900, 100, late="abandon"), 20)
    expected = harmonic(10_000) - harmonic(100)
    assert abs(result.mean - expected) < 4 * result.error


def test_the_same_seed_gives_the_same_times():
    cluster = Cluster(6, 2)
    assert np.array_equal(run_sync(cluster, 30, seed=4).ended, run_sync(cluster, 30, seed=4).ended)
    assert not np.array_equal(run_sync(cluster, 30, seed=4).ended, run_sync(cluster, 30, seed=5).ended)
