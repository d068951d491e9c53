"""SyncSGD gives what one process gives on the whole mini-batch, whatever the workers, shards and engine."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit import SGD, Dataset, SyncSGD, average, split
from sgdkit.cli.output import save_numbers
from sgdkit.data import digits, parabola
from sgdkit.engines import PoolEngine, SerialEngine
from sgdkit.look import report
from sgdkit.models import Dense, Dropout, Network, SquaredError, Tanh, ann, cnn, lenet
from sgdkit.models import parabola as parabola_network
from sgdkit.optimizers import Adam, Momentum, Newton

NETWORK = parabola_network()
ANN = ann(hidden=4)
DROPOUT = Network("dropout", [Dense(1, 8), Tanh(), Dropout(0.5), Dense(8, 1)], SquaredError(), inputs=1)


@pytest.fixture(scope="module")
def engines():
    """Warm pools of several sizes, for the tests that need many short runs."""
    made = {workers: PoolEngine(workers) for workers in (1, 2, 3, 5)}
    yield made
    for engine in made.values():
        engine.close()


def data_of(n: int, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    return Dataset(rng.uniform(-1, 1, (n, 1)), rng.uniform(-1, 1, (n, 1)), "random")


def images(n: int, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    return Dataset(rng.random((n, 784)), np.eye(10)[rng.integers(0, 10, n)], "random images")


def one_process(
    data: Dataset, batch_size: int, epochs: int, lam: float, seed: int, lr: float = 0.05, network: Network = NETWORK
) -> np.ndarray:
    """The trajectory's end as the formula says it, without shards: independent of sync.py."""
    N, step = len(data), 0
    w = network.init(seed)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, batch_size):
            B = order[start : start + batch_size]
            total = np.zeros_like(w)
            for place, i in enumerate(B):
                draw = (seed, step, place)  # of dropout
                total += network.loss_and_gradient(w, data.X[i : i + 1], data.Y[i : i + 1], draw=draw)[1]
            w = w - lr * (total / len(B) + lam / N * w)
            step += 1
    return w


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).max() <= 1e-12 * np.abs(b).max())


@given(st.integers(1, 60), st.integers(1, 12))
def test_split_is_an_exact_and_even_partition(n, workers):
    indices = np.random.default_rng(n).permutation(n)
    shards = split(indices, workers)
    assert np.array_equal(np.concatenate(shards), indices) and len(shards) == workers
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any), st.integers(0, 99))
def test_average_is_the_mean_over_examples_however_uneven_the_shards(sizes, seed):
    rng = np.random.default_rng(seed)
    parts = [rng.standard_normal((n, 3)) for n in sizes]
    expected = np.concatenate(parts).mean(axis=0)
    assert np.allclose(average([(part.sum(axis=0), len(part)) for part in parts]), expected, rtol=1e-12, atol=1e-12)


def test_average_leaves_the_workers_sums_alone():
    sums = [(np.ones(2), 1), (np.ones(2), 1)]
    average(sums)
    assert sums[0][0].tolist() == [1, 1]


@settings(max_examples=40)
@given(st.integers(1, 30), st.integers(1, 33), st.integers(1, 7), st.sampled_from([0.0, 3.0]), st.integers(0, 9))
def test_any_number_of_workers_and_any_ragged_batch_follow_one_process(n, batch_size, workers, lam, seed):
    data = data_of(n, seed)
    with SyncSGD(
        NETWORK, SGD(lr=0.05), workers=workers, batch_size=batch_size, lam=lam, seed=seed, engine="serial"
    ) as trainer:
        run = trainer.fit(data, epochs=2, progress=False)
    assert close(run.w, one_process(data, batch_size, 2, lam, seed))


@settings(max_examples=25)
@given(st.integers(1, 30), st.integers(1, 33), st.sampled_from([1, 2, 3, 5]), st.integers(0, 9), st.booleans())
def test_the_pool_gives_the_bits_of_the_serial_engine(engines, n, batch_size, workers, seed, scattered):
    data = data_of(n, seed)

    def every_kth(indices, k):
        return [indices[i::k] for i in range(k)]

    def fit(engine):
        how = {"split": every_kth} if scattered else {}
        with SyncSGD(NETWORK, SGD(0.05), batch_size=batch_size, lam=1.0, seed=seed, engine=engine, **how) as trainer:
            return trainer.fit(data, epochs=2, progress=False)

    ours, theirs, again = fit(engines[workers]), fit(SerialEngine(workers)), fit(engines[workers])
    for run in (theirs, again):
        assert (
            np.array_equal(ours.w, run.w)
            and np.array_equal(ours.loss, run.loss)
            and ours.epochs[-1].loss == (run.epochs[-1].loss)
        )
    assert close(ours.w, one_process(data, batch_size, 2, 1.0, seed))


@pytest.mark.parametrize(("network", "data"), [(ANN, images), (DROPOUT, data_of)], ids=["ann", "dropout"])
@settings(max_examples=15)
@given(
    n=st.integers(1, 30),
    batch_size=st.integers(1, 33),
    workers=st.sampled_from([1, 2, 3, 5]),
    lam=st.sampled_from([0.0, 3.0]),
    seed=st.integers(0, 9),
)
def test_any_number_of_workers_on_the_pool_follows_one_process(
    engines, network, data, n, batch_size, workers, lam, seed
):
    examples, lr = data(n, seed), 0.002
    with SyncSGD(network, SGD(lr), batch_size=batch_size, lam=lam, seed=seed, engine=engines[workers]) as trainer:
        run = trainer.fit(examples, epochs=2, progress=False)
    assert close(run.w, one_process(examples, batch_size, 2, lam, seed, lr, network))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_cnn_follows_one_process_with_any_number_of_workers(engines, workers):
    data, network = images(17), cnn()
    with SyncSGD(network, SGD(0.002), batch_size=7, lam=1.0, engine=engines[workers]) as trainer:
        run = trainer.fit(data, epochs=1, evaluate=False, progress=False)
    assert run.steps == 3 and close(run.w, one_process(data, 7, 1, 1.0, 0, 0.002, network))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_the_ann_on_digits_has_the_same_bits_with_every_start_method(start_method, dtype):
    train = digits(dtype).train.take(slice(0, 150))
    settings = {"optimizer": SGD(0.02), "workers": 2, "batch_size": 64, "lam": 5.0}
    with SyncSGD(ann(10), engine="serial", **settings) as trainer:
        serial = trainer.fit(train, epochs=2, progress=False)
    with SyncSGD(ann(10), engine="pool", start_method=start_method, **settings) as trainer:
        pooled = trainer.fit(train, epochs=2, progress=False)
    assert np.array_equal(serial.w, pooled.w) and pooled.w.dtype == dtype
    assert serial.epochs[-1][:3] == pooled.epochs[-1][:3]


@pytest.mark.parametrize("optimizer", [Momentum(0.02), Adam(0.01), Newton(damping=0.1)], ids=repr)
def test_every_optimizer_gives_the_serial_bits_on_the_pool(engines, optimizer):
    data = parabola().train
    runs = []
    for engine in (SerialEngine(3), engines[3]):
        with SyncSGD(NETWORK, optimizer, batch_size=20, lam=0.1, engine=engine) as trainer:
            runs.append(trainer.fit(data, epochs=10, progress=False))
    assert np.array_equal(runs[0].w, runs[1].w) and runs[0].epochs[-1].loss < runs[0].epochs[0].loss


def test_every_example_counts_once_an_epoch():
    seen = []

    def watching(indices, workers):
        seen.append(indices.copy())
        return np.array_split(indices, workers)

    with SyncSGD(NETWORK, engine="serial", batch_size=8, split=watching) as trainer:
        trainer.fit(data_of(21), epochs=2, progress=False)
    assert [len(batch) for batch in seen] == [8, 8, 5] * 2
    epochs = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    for epoch in epochs:
        assert sorted(epoch) == list(range(21))
    assert not np.array_equal(*epochs)  # a new order each time


def test_lambda_is_added_once_whatever_the_number_of_workers():
    data = Dataset(np.zeros((6, 1)), np.zeros((6, 1)), "zeros")
    w0 = np.zeros(NETWORK.size)
    w0[0] = 2.0  # the first weight: with X = 0 the data have no gradient there
    for workers in (1, 3):
        with SyncSGD(NETWORK, SGD(0.5), workers=workers, batch_size=6, lam=3.0, engine="serial") as trainer:
            run = trainer.fit(data, w0=w0, progress=False)
        assert run.w[0] == pytest.approx(2.0 - 0.5 * 3.0 / 6 * 2.0)
        assert run.loss[0] == pytest.approx(3.0 / (2 * 6) * 4.0)


def test_the_objective_that_is_reported_is_the_one_of_the_lecture():
    data, lam = data_of(20), 2.0
    with SyncSGD(NETWORK, SGD(0.05), workers=2, batch_size=7, lam=lam, engine="serial") as trainer:
        run = trainer.fit(data, epochs=2, test=data, progress=False)
    J = NETWORK.loss(run.w, data.X, data.Y) + lam / 2 * run.w @ run.w
    assert run.epochs[-1].loss == pytest.approx(J / 20, rel=1e-12)
    assert run.epochs[-1].test_loss == pytest.approx(J / 20, rel=1e-12)


def test_a_students_own_gradient_average_and_split_train_the_network(engines):
    def gradient(w, X, Y):
        return np.sum([NETWORK.gradient(w, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))], axis=0).tolist()

    def own_average(results):
        return sum(g for g, _ in results) / sum(n for _, n in results)

    def own_split(indices, workers):
        return [list(indices[k::workers]) for k in range(workers)]

    data = data_of(20)
    with SyncSGD(
        NETWORK, SGD(0.05), batch_size=6, engine=engines[2], gradient=gradient, average=own_average, split=own_split
    ) as trainer:
        run = trainer.fit(data, epochs=2, progress=False)
    assert close(run.w, one_process(data, 6, 2, 0.0, 0))


def test_a_gradient_that_raises_in_a_worker_surfaces_with_its_traceback_and_the_next_fit_works(engines):
    def gradient(w, X, Y):
        raise LookupError("my mistake")

    with SyncSGD(NETWORK, engine=engines[2], gradient=gradient) as trainer, pytest.raises(LookupError) as caught:
        trainer.fit(data_of(9), progress=False)
    assert "in gradient" in str(caught.value.__cause__)
    with SyncSGD(NETWORK, engine=engines[2]) as trainer:
        assert trainer.fit(data_of(9), progress=False).steps == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gradient": lambda w, X, Y: w[:3]}, r"gradient returned an array of shape \(3,\)"),
        ({"gradient": lambda w, X, Y: w.__setitem__(0, 1)}, "read-only"),
        ({"average": lambda results: 1.0}, r"average returned an array of shape \(\)"),
        ({"split": lambda indices, k: [indices] * 3}, "split gave 3 shards for 2 workers"),
        ({"split": lambda indices, k: [indices + 100]}, "split gave examples 1"),
        ({"split": lambda indices, k: [indices / 2]}, "dtype float64: give a list with one shard for each worker"),
        ({"split": lambda indices, k: [[0.0, 1.5]]}, "dtype float64"),
        ({"split": lambda indices, k: [[True, False]]}, "dtype bool"),
        ({"split": lambda indices, k: [indices > 3]}, "dtype bool"),
        ({"split": lambda indices, k: [[[0, 1], [2]]]}, r"split gave the shard \[\[0, 1\], \[2\]\]: give a list"),
        ({"split": lambda indices, k: []}, "split gave 0 shards without a single example: give a list"),
        ({"split": lambda indices, k: [[], []]}, "split gave 2 shards without a single example"),
        ({"split": lambda indices, k: None}, "split gave None: give a list with one shard for each worker"),
        ({"split": lambda indices, k: iter([indices])}, "split gave <list_iterator"),
        ({"workers": 0}, "workers is 0"),
        ({"workers": True}, "workers is True"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"seed": -1}, "seed is -1"),
        ({"lam": -1.0}, "lam is -1.0"),
        ({"lam": float("nan")}, "lam is nan"),
        ({"model": lenet(), "optimizer": Newton()}, "choose a network without dropout or another optimizer"),
        ({"engine": "warp"}, "engine 'warp' does not exist: choose one of"),
    ],
)
def test_wrong_settings_and_functions_get_one_clear_sentence(given, message):
    with pytest.raises(ValueError, match=message):
        with SyncSGD(**({"model": NETWORK, "engine": "serial", "workers": 2} | given)) as trainer:
            trainer.fit(data_of(9), progress=False)


@pytest.mark.parametrize("engine", ["serial", "pool"])
def test_a_fit_in_a_callback_on_the_same_engine_is_refused_and_does_not_hang(engine):
    data = data_of(20)

    with SyncSGD(NETWORK, engine=engine, batch_size=5) as trainer, SyncSGD(NETWORK, engine=engine) as other:
        sharing = SyncSGD(NETWORK, engine=trainer.engine)
        for inner in (trainer, sharing):
            with pytest.raises(RuntimeError, match="fit was called while a run on the same engine is under way"):
                trainer.fit(data, progress=False, callback=lambda _, inner=inner: inner.fit(data, progress=False))
        run = trainer.fit(data, progress=False, callback=lambda _: other.fit(data, progress=False).interrupted)
        assert run.steps == 4


def test_without_evaluation_there_is_no_loss_of_an_epoch(tmp_path):
    with SyncSGD(NETWORK, engine="serial", batch_size=5) as trainer:
        run = trainer.fit(data_of(20), epochs=2, progress=False, evaluate=False)
    assert [record[1:5] for record in run.epochs] == [(None,) * 4] * 2
    assert "loss" not in repr(run) and "nan" not in report(run).markdown
    save_numbers(run, tmp_path)
    assert (tmp_path / "epochs.csv").read_text().splitlines()[1].startswith("1,,,,,")


def test_data_that_do_not_fit_the_model_are_named():
    with SyncSGD(ann(10), engine="serial") as trainer:
        with pytest.raises(ValueError, match="the data set random has 1 features and 1 targets"):
            trainer.fit(data_of(5), progress=False)
        with pytest.raises(ValueError, match=r"w0 has shape \(3,\)"):
            trainer.fit(digits().train, w0=np.zeros(3), progress=False)


def test_a_diverging_run_ends_and_says_when():
    with SyncSGD(NETWORK, SGD(lr=50.0), batch_size=10, engine="serial") as trainer:
        run = trainer.fit(parabola().train, epochs=1000, progress=False)
    assert run.diverged == run.steps - 1 and run.steps < 5000 and not run.interrupted
    assert np.isfinite(run.w).all()


def test_the_callback_sees_every_step_and_can_end_the_run():
    seen = []

    def callback(step):
        seen.append((step.epoch, step.step, step.loss))
        return step.step == 4

    with SyncSGD(NETWORK, engine="serial", batch_size=10) as trainer:
        run = trainer.fit(data_of(30), epochs=9, callback=callback, progress=False)
    assert [s[:2] for s in seen] == [(0, 0), (0, 1), (0, 2), (1, 3), (1, 4)] and run.interrupted and run.steps == 5


def test_the_path_starts_at_w0_ends_at_w_and_stays_small():
    with SyncSGD(NETWORK, SGD(0.01), engine="serial", batch_size=5) as trainer:
        run = trainer.fit(data_of(50), epochs=80, progress=False)
    assert np.array_equal(run.path[0], run.w0) and np.array_equal(run.path[-1], run.w)
    assert run.path_steps[0] == 0 and run.path_steps[-1] == 800 and 100 < len(run.path) <= 257
    assert (np.diff(run.path_steps)[:-1] == np.diff(run.path_steps)[0]).all()


def test_two_fits_of_one_trainer_are_the_same(engines):
    with SyncSGD(NETWORK, Momentum(0.02), engine=engines[2], batch_size=10) as trainer:
        first, second = (trainer.fit(parabola().train, epochs=3, progress=False) for _ in range(2))
    assert np.array_equal(first.w, second.w)


@pytest.mark.parametrize("engine", ["serial", "pool"])
def test_ctrl_c_ends_a_run_after_the_step_under_way(engine):
    def press(step):
        if step.step == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with SyncSGD(NETWORK, SGD(0.01), engine=engine, batch_size=5) as trainer:
        run = trainer.fit(data_of(50), epochs=1000, callback=press, progress=False)
    assert run.interrupted and 4 <= run.steps <= 5 and signal.getsignal(signal.SIGINT) is before
    assert np.array_equal(run.path[-1], run.w)


def test_ctrl_c_ends_a_step_that_never_ends():
    def endless(w, X, Y):
        time.sleep(3600)

    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with SyncSGD(NETWORK, gradient=endless) as trainer:
        run = trainer.fit(data_of(9), progress=False)
        assert run.interrupted and run.steps == 0 and np.array_equal(run.w, run.w0)
        assert trainer.engine._pool is None  # the workers that would compute for ever have been ended


def test_data_that_are_not_finite_are_named_before_training():
    data = data_of(9)
    data.X[4, 0] = np.nan
    with SyncSGD(NETWORK, engine="serial") as trainer, pytest.raises(ValueError, match="X contains NaN"):
        trainer.fit(data, progress=False)


def test_an_average_that_adds_in_place_to_a_workers_row_harms_nothing():
    def in_place(results):
        total, examples = results[0][0], sum(n for _, n in results)
        for gradient, _ in results[1:]:
            total += gradient
        total /= examples
        return total

    runs = []
    for how in ({}, {"average": in_place}):
        with SyncSGD(NETWORK, Newton(damping=0.1), workers=3, batch_size=50, engine="serial", **how) as trainer:
            runs.append(trainer.fit(parabola().train, epochs=4, progress=False))
    assert np.array_equal(runs[0].w, runs[1].w)


def test_a_gradient_that_changes_its_examples_is_told():
    def greedy(w, X, Y):
        X *= 3
        return NETWORK.gradient(w, X, Y)

    with SyncSGD(NETWORK, engine="serial", gradient=greedy) as trainer, pytest.raises(ValueError, match="read-only"):
        trainer.fit(data_of(9), progress=False)


def test_test_data_that_do_not_fit_are_named_before_training():
    with SyncSGD(NETWORK, engine="serial") as trainer, pytest.raises(ValueError, match="the data set digits has 784"):
        trainer.fit(data_of(9), test=digits().test, progress=False)
