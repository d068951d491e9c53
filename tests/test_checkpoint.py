"""A run that is interrupted and resumed ends with the bits of one that was not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgdkit import SGD, SyncSGD
from sgdkit.data import parabola
from sgdkit.engines import PoolEngine
from sgdkit.models import Dense, Dropout, Network, SquaredError, Tanh
from sgdkit.models import parabola as network
from sgdkit.optimizers import Adam, Momentum, Nesterov, Newton, StepDecay

DATA = parabola().train
EPOCHS = 5


def trainer(optimizer, **settings):
    return SyncSGD(network(), optimizer, **({"batch_size": 16, "engine": "serial", "lam": 0.1} | settings))


OPTIMIZERS = {
    "sgd": lambda: SGD(StepDecay(0.05, every=7, factor=0.5)),
    "momentum": lambda: Momentum(0.01),
    "nesterov": lambda: Nesterov(0.01),
    "adam": lambda: Adam(0.01),
    "newton": lambda: Newton(damping=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@settings(max_examples=6)
@given(stop=st.integers(0, 4 * EPOCHS - 1))
def test_interrupted_at_any_step_and_resumed_gives_the_same_bits(name, stop, tmp_path_factory):
    file = tmp_path_factory.mktemp("runs") / "run.npz"
    whole = trainer(OPTIMIZERS[name]()).fit(DATA, EPOCHS, progress=False)
    first = trainer(OPTIMIZERS[name]()).fit(
        DATA, EPOCHS, checkpoint=file, callback=lambda step: step.step == stop, progress=False
    )
    assert first.interrupted and first.steps == stop + 1
    resumed = trainer(OPTIMIZERS[name]()).fit(DATA, EPOCHS, checkpoint=file, progress=False)
    assert np.array_equal(resumed.w, whole.w) and np.array_equal(resumed.loss, whole.loss)
    assert [e[:2] for e in resumed.epochs] == [e[:2] for e in whole.epochs]
    assert np.array_equal(resumed.path, whole.path) and np.array_equal(resumed.path_steps, whole.path_steps)
    assert np.array_equal(resumed.w0, whole.w0) and (np.diff(resumed.seconds) > 0).all()


@pytest.fixture(scope="module")
def pool():
    engine = PoolEngine(2)
    yield engine
    engine.close()


DROPOUT = Network("dropout", [Dense(1, 8), Tanh(), Dropout(0.5), Dense(8, 1)], SquaredError(), inputs=1)


@pytest.mark.parametrize("model", [network(), DROPOUT], ids=["parabola", "dropout"])
@pytest.mark.parametrize("stop", [3, 9, 18])
def test_two_workers_of_a_pool_go_on_to_the_same_bits_with_and_without_dropout(pool, model, stop, tmp_path):
    def fit(**more):
        with SyncSGD(model, Momentum(0.01), batch_size=16, lam=0.1, engine=pool) as trainer:
            return trainer.fit(DATA, EPOCHS, progress=False, **more)

    whole, file = fit(), tmp_path / "run.npz"
    assert fit(checkpoint=file, callback=lambda step: step.step == stop).steps == stop + 1
    resumed = fit(checkpoint=file)
    assert np.array_equal(resumed.w, whole.w) and np.array_equal(resumed.loss, whole.loss)
    assert [e[:2] for e in resumed.epochs] == [e[:2] for e in whole.epochs]


@pytest.mark.parametrize("which", [1, 2, EPOCHS])
def test_ctrl_c_while_a_checkpoint_is_written_leaves_the_one_before_and_nothing_else(which, tmp_path, monkeypatch):
    whole, file, written = trainer(Momentum(0.01)).fit(DATA, EPOCHS, progress=False), tmp_path / "run.npz", []

    def half(target, **arrays):
        written.append(arrays)
        if len(written) == which:
            target.write(b"PK, and a part of the rest")
            target.flush()
            raise KeyboardInterrupt
        savez(target, **arrays)

    savez = np.savez
    monkeypatch.setattr(np, "savez", half)
    cut = trainer(Momentum(0.01)).fit(DATA, EPOCHS, checkpoint=file, progress=False)
    assert cut.interrupted and cut.steps == 4 * which
    assert [left.name for left in tmp_path.iterdir()] == ["run.npz"] * (which > 1)

    (tmp_path / "run.npz.4711.part").write_bytes(b"PK, and a part of the rest")  # of one that was killed
    resumed = trainer(Momentum(0.01)).fit(DATA, EPOCHS, checkpoint=file, progress=False)
    assert np.array_equal(resumed.w, whole.w) and np.array_equal(resumed.loss, whole.loss)
    assert resumed.steps == whole.steps and not resumed.interrupted


def test_a_finished_run_can_be_made_longer(tmp_path):
    file = tmp_path / "run.npz"
    trainer(SGD(0.05)).fit(DATA, 2, checkpoint=file, progress=False)
    longer = trainer(SGD(0.05)).fit(DATA, 5, checkpoint=file, progress=False)
    assert np.array_equal(longer.w, trainer(SGD(0.05)).fit(DATA, 5, progress=False).w)


def test_a_run_may_go_on_with_other_workers_and_another_engine(tmp_path):
    file = tmp_path / "run.npz"
    trainer(SGD(0.05), workers=3).fit(DATA, 2, checkpoint=file, progress=False)
    with trainer(SGD(0.05), workers=2, engine="pool") as other:
        run = other.fit(DATA, 5, checkpoint=file, progress=False)
    whole = trainer(SGD(0.05)).fit(DATA, 5, progress=False)
    assert np.abs(run.w - whole.w).max() <= 1e-12 * np.abs(whole.w).max()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"batch_size": 8}, "batch_size 16, this run has 8"),
        ({"lam": 0.2}, "lam 0.1, this run has 0.2"),
        ({"seed": 1}, "seed 0, this run has 1"),
        ({"optimizer": SGD(0.01)}, r"optimizer 'SGD\(lr=0.05\)', this run has 'SGD\(lr=0.01\)'"),
        ({"data": DATA.take(slice(0, 40))}, "examples 50, this run has 40"),
        ({"data": DATA.astype(np.float32)}, "dtype 'float64', this run has 'float32'"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_with_the_difference(tmp_path, change, named):
    file = tmp_path / "run.npz"
    trainer(SGD(0.05)).fit(DATA, 1, checkpoint=file, progress=False)
    data = change.pop("data", DATA)
    with pytest.raises(ValueError, match=named):
        trainer(change.pop("optimizer", SGD(0.05)), **change).fit(data, 2, checkpoint=file, progress=False)


NUMPY_ARRAY = io.BytesIO()
np.save(NUMPY_ARRAY, np.zeros(3))


@pytest.mark.parametrize(
    "content", [b"", b"not a file of numpy", b"PK\x03\x04 cut off", NUMPY_ARRAY.getvalue()], ids=range(4)
)
def test_a_file_that_is_no_checkpoint_is_named_and_left_alone(tmp_path, content):
    file = tmp_path / "run.npz"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"run.npz is not a checkpoint of sgdkit: give the name of a new file\.$"):
        trainer(SGD(0.05)).fit(DATA, 2, checkpoint=file, progress=False)
    assert file.read_bytes() == content


def test_a_folder_is_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="is a folder: give the name of a file"):
        trainer(SGD(0.05)).fit(DATA, 2, checkpoint=tmp_path, progress=False)


def test_a_folder_that_does_not_exist_is_said_before_training(tmp_path):
    with pytest.raises(ValueError, match="folder .*nowhere does not exist"):
        trainer(SGD(0.05)).fit(DATA, 2, checkpoint=tmp_path / "nowhere" / "run.npz", progress=False)


def test_only_the_checkpoint_itself_is_in_the_folder(tmp_path):
    trainer(SGD(0.05)).fit(DATA, 3, checkpoint=tmp_path / "run.npz", progress=False)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
