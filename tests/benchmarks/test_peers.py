"""The comparison is fair: every competitor computes the kit's trajectory, from the same w, in the same order."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.case import Case
from benchmarks.driver import Candidate, PeerFailed, Running, rounds, running
from benchmarks.overhead import PARTS
from benchmarks.peers import missing
from benchmarks.peers.peer import Place, shards
from benchmarks.peers.sklearn_mlp import SklearnMLP
from benchmarks.peers.sync_sgd import parts
from sgdkit.timeline import Timeline

# 250 examples in mini-batches of 49: the last one is ragged, and neither splits evenly over 2 or 3 workers.
SMALL = {"batch": 49, "dtype": "float64", "examples": 250, "lr": 0.1}
CANDIDATES = [
    Candidate("numpy", "numpy"),
    Candidate("sgdkit, serial", "sgdkit", {"engine": "serial", "workers": 3}, blas=None),
    Candidate("sgdkit, 1 worker", "sgdkit", {"workers": 1}, blas=None),
    Candidate("pool, all pickled", "pool, all pickled", {"workers": 2}),
    Candidate("pool, data sent once", "pool, data sent once", {"workers": 3}),
    Candidate("pool, shared memory", "pool, shared memory", {"workers": 2}),
    Candidate("torch", "torch"),
    Candidate("torch, channels_last", "torch", {"channels_last": True}),
    Candidate("torch DDP", "torch ddp", ranks=2),
    pytest.param(Candidate("mpi4py", "mpi", ranks=2), marks=pytest.mark.mpi),
]


def trained(candidate: Candidate, case: Case) -> np.ndarray:
    """(size,) w after three epochs, asked for in two goes."""
    if reason := missing(candidate.peer):
        pytest.skip(reason)
    with running([candidate], case) as (one,):
        times = one.train(2)
        assert len(times["step"]) == len(times["epoch"]) == 2
        one.train(1)
        return np.array(one.w())


@pytest.fixture(scope="module", params=["ann10", "cnn"])
def ours(request):
    """A case, and where the kit with 2 workers gets with it."""
    case = Case(request.param, **SMALL)
    return case, trained(Candidate("sgdkit", "sgdkit", {"workers": 2}, blas=None), case)


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.label)
def test_every_peer_reaches_the_same_w(candidate, ours):
    case, w = ours
    moved = np.abs(w - case.make_network().init(case.seed, case.dtype)).max()
    assert moved > 0.01, "the case trains too little to tell competitors apart"
    np.testing.assert_allclose(trained(candidate, case), w, rtol=0, atol=1e-9 * moved)


def test_scikit_learn_computes_the_same_gradient():
    """Of the first step only: it then moves its ten output biases, which the kit's network does not have."""
    case = Case("ann10", batch=40, dtype="float64", examples=40, lr=0.1)
    peer = SklearnMLP(case, Place(0, 1, ""))
    network, data = case.make_network(), case.make_data()
    w = network.init(case.seed, case.dtype)
    np.testing.assert_allclose(peer.w(), w)
    peer.train(1)
    g = network.gradient(w, data.X, data.Y) / 40
    np.testing.assert_allclose(peer.w(), w - 0.1 * g, rtol=0, atol=1e-12)


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_shards_are_those_of_array_split(workers):
    cut = np.array_split(np.arange(5, 22), workers)
    assert [list(range(*piece)) for piece in shards(5, 22, workers)] == [list(piece) for piece in cut]


def test_a_round_measures_everybody_and_keeps_what_they_know():
    case = Case("ann10", batch=16, examples=64)
    kit = Candidate("kit", "sgdkit", {"workers": 1}, blas=None)
    measured = rounds([Candidate("numpy", "numpy"), kit], case, 2)
    assert [len(measured[label]) for label in ("numpy", "kit")] == [2, 2]
    assert all(sample["step"] > 0 and sample["epoch"] > 0 for sample in measured["numpy"])
    assert set(PARTS) <= set(measured["kit"][0])


def test_overhead_is_what_is_neither_the_slowest_gradient_nor_the_update():
    shared = np.arange(4) * 100.0  # a step lasts 100; worker 0 computes for 30, worker 1 for 50
    begin = shared[:, None] + [5.0, 8.0]
    end = begin + [30.0, 50.0]
    timeline = Timeline(shared, begin, end, end + 1, shared + 60.0, shared + 90.0)
    found = parts(SimpleNamespace(timeline=timeline), steps=4)
    assert found == {
        "median": 100,
        "compute": 50,
        "update": 30,
        "overhead": 20,
        "share": 5,
        "skew": 3,
        "barrier": 2,
        "history": 10,
    }


def test_a_peer_that_fails_says_why_and_leaves_no_process():
    one = Running(Candidate("broken", "numpy", {"no such option": 1}), Case("ann10", 8, examples=16))
    with pytest.raises(PeerFailed, match=r"broken: Traceback[\s\S]*no such option"):
        one.open()
    one.kill()
    assert all(process.poll() is not None for process in one._processes)


def test_the_variable_that_holds_numpy_back_is_taken_away_only_where_asked(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    native = Candidate("a", "numpy", native=True).environment()
    kit = Candidate("b", "sgdkit", blas=None).environment()
    assert "OPENBLAS_CORETYPE" not in native and native["OMP_NUM_THREADS"] == "1"
    assert kit["OPENBLAS_CORETYPE"] == "Haswell" and "OMP_NUM_THREADS" not in kit
