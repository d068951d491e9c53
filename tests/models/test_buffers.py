"""Buffers are an inside matter: results are new arrays, inputs stay, threads and processes do not meet."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from sgdkit.models import Conv2d, Dense, Flatten, Images, Network, SquaredError, Tanh, ann, cnn, lenet, parabola
from sgdkit.models.one_thread import one_blas_thread
from tests.models.reference import examples, relative_error

NETWORKS = {"parabola": parabola, "ann": lambda: ann(50), "cnn": cnn, "lenet": lenet}


@pytest.mark.parametrize("make", NETWORKS.values())
def test_results_are_not_changed_by_later_calls(make):
    network = make()
    w, X, Y = examples(network, 20)
    v = w[::-1].copy()
    calls = [
        lambda X, Y: network.predict(w, X),
        lambda X, Y: network.gradient(w, X, Y),
        lambda X, Y: network.loss_and_gradient(w, X, Y)[1],
        lambda X, Y: network.hessian_vector(w, X, Y, v),
        lambda X, Y: network.gauss_newton_vector(w, X, Y, v),
    ]
    results = [call(X, Y) for call in calls]
    copies = [result.copy() for result in results]
    for call in calls:
        call(X[::-1].copy() + 1, Y)
    for result, copy in zip(results, copies, strict=True):
        assert np.array_equal(result, copy)


@pytest.mark.parametrize("make", NETWORKS.values())
def test_inputs_are_left_as_they_are(make):
    network = make()
    arrays = [*examples(network, 20), None]
    arrays[3] = arrays[0][::-1].copy()
    for array in arrays:
        array.flags.writeable = False
    w, X, Y, v = arrays
    network.loss_and_gradient(w, X, Y, draw=(0, 0, 0))
    network.hessian_vector(w, X, Y, v)
    network.gauss_newton_vector(w, X, Y, v)
    network.predict(w, X)


def test_out_is_written_and_returned():
    network = cnn()
    w, X, Y = examples(network, 40)
    out = np.full_like(w, np.nan)
    _, gradient = network.loss_and_gradient(w, X, Y, out=out)
    assert gradient is out
    assert np.array_equal(out, network.gradient(w, X, Y))


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.booleans())
def test_batches_of_changing_size_and_dtype_do_not_disturb_each_other(sizes, mixed):
    network = cnn()
    w, X, Y = examples(network, 40)
    expected = {}
    for turn, n in enumerate([*sizes, *sizes]):
        dtype = np.float32 if mixed and turn % 2 else np.float64
        bits = network.gradient(w.astype(dtype), X[:n].astype(dtype), Y[:n].astype(dtype)).tobytes()
        assert expected.setdefault((n, dtype), bits) == bits


def test_blocks_change_nothing_but_rounding():
    w, X, Y = examples(cnn(), 37)
    whole = cnn()
    whole.block = 1000
    loss, gradient = whole.loss_and_gradient(w, X, Y)
    for block in (1, 16, 36, 37):
        network = cnn()
        network.block = block
        other_loss, other = network.loss_and_gradient(w, X, Y)
        assert other_loss == pytest.approx(loss, rel=1e-12)
        assert relative_error(other, gradient) < 1e-12
        assert relative_error(network.predict(w, X), whole.predict(w, X)) < 1e-12


@pytest.mark.parametrize("order", ["C", "F", "reversed", "strided"])
def test_X_may_lie_in_memory_in_any_way(order):
    network = ann(5)
    w, X, Y = examples(network, 6)
    other = {
        "C": X.copy(),
        "F": np.asfortranarray(X),
        "reversed": X[::-1].copy()[::-1],
        "strided": np.repeat(X, 2, axis=0)[::2],
    }[order]
    assert relative_error(network.gradient(w, other, Y), network.gradient(w, X, Y)) < 1e-12


def test_threads_have_buffers_of_their_own():
    network = cnn()
    w, X, Y = examples(network, 48)
    shards = [slice(0, 16), slice(16, 48), slice(0, 48), slice(5, 9)]
    wrong = []

    def work(shard, expected):
        for _ in range(5):
            if not np.array_equal(network.gradient(w, X[shard], Y[shard]), expected):
                wrong.append(shard)

    with threadpool_limits(1):
        alone = [network.gradient(w, X[s], Y[s]) for s in shards]
        threads = [threading.Thread(target=work, args=pair) for pair in zip(shards, alone, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def blas_threads() -> dict[str, int]:
    """Library -> threads, of the BLAS that numpy computes with: scipy may have loaded another one beside it."""
    found = {lib["filepath"]: lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}
    return {path: n for path, n in found.items() if "numpy" in path} or found


@pytest.mark.parametrize("targets", ["right", "none"])
def test_convolutions_use_one_blas_thread_and_give_the_others_back(targets):
    seen = []

    class Spy(Tanh):
        def value(self, x, out):
            seen.append(set(blas_threads().values()))
            return super().value(x, out)

    layers = [Images(4, 4), Conv2d(1, 2, 3), Spy(), Flatten(), Dense(32, 2)]
    network = Network("spied on", layers, SquaredError(), inputs=16, block=2)
    w, X, Y = examples(network, 5)
    with threadpool_limits(2):
        before = blas_threads()
        if targets == "right":
            network.gradient(w, X, Y)
        else:
            with pytest.raises(TypeError):
                network.loss_and_gradient(w, X, None, check=False)
        assert blas_threads() == before
    assert seen and all(threads == {1} for threads in seen)


@pytest.mark.parametrize("make", NETWORKS.values())
def test_a_pickled_network_is_small_and_computes_the_same(make):
    network = make()
    w, X, Y = examples(network, 5)
    gradient = network.gradient(w, X, Y)
    data = cloudpickle.dumps(network)
    allowed = 10_000 + (0 if network.penalised is None else network.size)
    assert len(data) < allowed
    other = cloudpickle.loads(data)
    assert np.array_equal(other.gradient(w, X, Y), gradient)
    assert repr(other) == repr(network)


@pytest.mark.parametrize(("name", "n"), [("parabola", 50), ("ann", 1024), ("cnn", 128), ("lenet", 64)])
def test_the_steady_state_allocates_nothing_large(name, n):
    network = NETWORKS[name]()
    w, X, Y = examples(network, n, dtype=np.float32)
    out = np.empty_like(w)

    def step(i):
        network.loss_and_gradient(w, X, Y, out=out, draw=(0, i, 0), check=False)

    step(0)
    tracemalloc.start()
    try:
        step(1)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        step(2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # What is left are the masks that numpy draws and the kernel turned round for the way back.
    assert peak - before < 500_000


@pytest.mark.parametrize("name", ["ann", "cnn"])
def test_memory_does_not_grow_with_the_batch(name):
    network = NETWORKS[name]()
    w, X, Y = examples(network, 2 * network.block, dtype=np.float32)
    network.gradient(w, X[: network.block + 1], Y[: network.block + 1])
    bytes_of_two_blocks = network.buffer_bytes()
    for _ in range(3):
        network.gradient(w, X, Y)
    assert network.buffer_bytes() == bytes_of_two_blocks


@pytest.mark.parametrize(("name", "row"), [("ann", "ann(50)"), ("cnn", "cnn()"), ("lenet", "lenet()")])
def test_buffers_are_as_large_as_the_docs_say(name, row):
    page = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
    block, megabytes, with_product = re.search(
        rf"\| `{re.escape(row)}` \| (\d+) \| ([\d.]+) \| ([\d.]+) \|", page
    ).groups()
    network = NETWORKS[name]()
    assert network.block == int(block)
    w, X, Y = examples(network, 2 * network.block, dtype=np.float32)
    network.loss_and_gradient(w, X, Y, draw=(0, 0, 0))
    assert 0.8 * float(megabytes) < network.buffer_bytes() / 1e6 <= float(megabytes)
    network.hessian_vector(w, X, Y, w)
    assert 0.8 * float(with_product) < network.buffer_bytes() / 1e6 <= float(with_product)


@pytest.mark.parametrize("make", NETWORKS.values())
def test_the_same_call_gives_the_same_bits(make):
    network = make()
    w, X, Y = examples(network, 33, dtype=np.float32)
    first = network.loss_and_gradient(w, X, Y, draw=(1, 2, 3))
    for other in (network, make()):
        loss, gradient = other.loss_and_gradient(w, X.copy(), Y.copy(), draw=(1, 2, 3))
        assert loss == first[0] and np.array_equal(gradient, first[1])


SCRIPT = """
import hashlib
import numpy as np
from sgdkit.models import ann, cnn, lenet
from sgdkit.models.one_thread import one_blas_thread
from tests.models.reference import examples
digest = hashlib.sha256()
for network in (ann(50), cnn(), lenet()):
    for dtype in (np.float32, np.float64):
        w, X, Y = examples(network, 21, dtype=dtype)
        loss, gradient = network.loss_and_gradient(w, X, Y, draw=(1, 2, 3))
        digest.update(repr(loss).encode() + gradient.tobytes())
print(digest.hexdigest())
"""


def test_two_processes_get_the_same_bits():
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()}
    digests = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert digests[0] == digests[1]
    assert len(digests[0]) == len(hashlib.sha256().hexdigest())


def test_two_threads_in_the_context_leave_the_limit_as_it_was():
    first_out, second_in = threading.Event(), threading.Event()

    def second() -> None:
        with one_blas_thread():
            second_in.set()
            first_out.wait(30)

    with threadpool_limits(2):
        before = blas_threads()
        with one_blas_thread():
            other = threading.Thread(target=second)
            other.start()
            assert second_in.wait(30)
        assert set(blas_threads().values()) == {1}  # the other one is still inside
        first_out.set()
        other.join(30)
        assert blas_threads() == before
