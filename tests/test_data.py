"""The data sets, MNIST's on files that the test writes and a server that it starts."""

from __future__ import annotations

import gzip
import hashlib
import struct
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdkit import data
from sgdkit.data import Dataset, DataUnavailable


def test_digits_are_the_real_ones_in_a_fixed_split():
    train, test = data.digits()
    assert train.X.shape == (1437, 784) and test.X.shape == (360, 784)
    counts = np.bincount(np.concatenate([train.labels, test.labels]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    again = data.digits()
    assert np.array_equal(again.train.X, train.X) and np.array_equal(again.test.labels, test.labels)


def test_digits_are_scikit_learns_and_cut_as_it_cuts():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    middle = (images.reshape(-1, 8, 8) / 16)[:, 1, 1]
    parts = train_test_split(np.arange(1797), test_size=360, stratify=labels, random_state=0)
    for part, rows in zip(data.digits(), parts, strict=True):
        assert np.array_equal(part.labels, labels[rows])
        np.testing.assert_allclose(part.X.reshape(-1, 28, 28)[:, 6, 6], middle[rows], atol=1e-15)


def test_the_digits_are_there_without_importing_scikit_learn():
    code = "import sys; from sgdkit.data import digits; digits(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_digits_are_stratified():
    train, test = data.digits()
    assert np.abs(np.bincount(train.labels) / 1437 - np.bincount(test.labels) / 360).max() < 0.005


def test_digits_look_like_the_8_by_8_originals():
    from sklearn.datasets import load_digits

    train, _ = data.digits()
    originals, labels = load_digits(return_X_y=True)
    inner = train.X.reshape(-1, 28, 28)[:, 2:26, 2:26]
    blocks = inner.reshape(-1, 8, 3, 8, 3).mean(axis=(2, 4)).reshape(-1, 64)
    nearest = ((blocks[:50, None] - originals[None] / 16) ** 2).sum(axis=2).argmin(axis=1)
    assert (labels[nearest] == train.labels[:50]).all()
    border = train.X.reshape(-1, 28, 28).copy()
    border[:, 2:26, 2:26] = 0
    assert not border.any() and 0 <= train.X.min() and train.X.max() <= 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_data_set_has_the_dtype_asked_for(dtype):
    for make in (data.digits, data.parabola, data.lorenz):
        for part in make(dtype):
            assert part.X.dtype == dtype and part.Y.dtype == dtype and len(part.X) == len(part)


def test_parabola_is_the_documents_curve():
    train, test = data.parabola()
    assert len(train) == 50 and train.X[0] == -2 and train.X[-1] == 2
    assert np.allclose(train.Y, train.X**2) and not np.isin(test.X, train.X).any()


def test_lorenz_targets_are_the_same_trajectory_99_steps_later():
    train, test = data.lorenz()
    assert len(train) == len(test) == 900
    assert np.array_equal(train.Y[:-99], train.X[99:]) and np.array_equal(train.X[0], np.ones(3))
    x, y, z = train.X[200]
    velocity = np.array([10 * (y - x), x * (58 - z) - y, x * y - 8 / 3 * z])
    step = 20 / 9998
    assert np.allclose((train.X[201] - train.X[199]) / (2 * step), velocity, rtol=0.01)


def test_lorenz_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="length=9000"):
        data.lorenz(length=9000)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20))
def test_one_hot_rows_have_a_single_one_at_the_label(labels):
    rows = data.one_hot(np.array(labels), 5)
    assert rows.sum(axis=1).tolist() == [1] * len(labels) and rows.argmax(axis=1).tolist() == labels


@pytest.mark.parametrize("labels", [[-1, 0], [0, 5]])
def test_one_hot_refuses_labels_outside_the_classes(labels):
    with pytest.raises(ValueError, match="with 5 classes they must lie in 0 to 4"):
        data.one_hot(np.array(labels), 5)


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (np.zeros((2, 3)), np.zeros((3, 1)), "2 rows in X and 3 in Y"),
        (np.zeros((0, 3)), np.zeros((0, 1)), "at least one"),
        (np.zeros((2, 3), np.float32), np.zeros((2, 1)), "X of data set 'mine' is float32 and Y is float64"),
        (np.zeros(2), np.zeros((2, 1)), r"X of data set 'mine' is a ndarray float64 \(2,\)"),
        ([[1.0]], np.zeros((1, 1)), "is a list"),
        (np.zeros((2, 3), int), np.zeros((2, 1), int), "give a float array"),
    ],
)
def test_a_data_set_that_makes_no_sense_is_refused(X, Y, message):
    with pytest.raises(ValueError, match=message):
        Dataset(X, Y, "mine")


def idx(values: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(header + values.astype(np.uint8).tobytes(), mtime=0)


@pytest.fixture
def small_mnist(tmp_path, monkeypatch):
    """Four small files like MNIST's in a folder, which `mnist` believes to be the real ones."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "server"
    folder.mkdir()
    contents = {
        "train-images-idx3-ubyte.gz": rng.integers(0, 256, (20, 28, 28)),
        "train-labels-idx1-ubyte.gz": rng.integers(0, 10, 20),
        "t10k-images-idx3-ubyte.gz": rng.integers(0, 256, (5, 28, 28)),
        "t10k-labels-idx1-ubyte.gz": rng.integers(0, 10, 5),
    }
    for name, values in contents.items():
        (folder / name).write_bytes(idx(values))
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in contents}
    monkeypatch.setattr(data, "_MNIST_FILES", digests)
    return folder, contents


@pytest.fixture
def server(small_mnist, monkeypatch):
    """The files' folder on a local web server, in the place of the mirrors."""
    folder, contents = small_mnist
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *args: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{httpd.server_port}/"
        monkeypatch.setattr(data, "_MNIST_MIRRORS", (address + "not-there/", address))
        yield folder, contents
        httpd.shutdown()


def test_mnist_is_downloaded_from_the_first_mirror_that_has_it_and_kept(server, tmp_path):
    folder, contents = server
    train, test = data.mnist(folder=tmp_path / "cache")
    images = contents["train-images-idx3-ubyte.gz"].reshape(20, 784)
    assert np.allclose(train.X, images / 255) and train.X.dtype == np.float64
    assert train.labels.tolist() == contents["train-labels-idx1-ubyte.gz"].tolist()
    assert test.Y.argmax(axis=1).tolist() == contents["t10k-labels-idx1-ubyte.gz"].tolist()
    for name in contents:
        (folder / name).unlink()
    assert np.array_equal(data.mnist(np.float32, tmp_path / "cache").train.X, train.X.astype(np.float32))


def test_mnist_with_a_wrong_checksum_is_refused(server, tmp_path):
    folder, contents = server
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"something else")
    with pytest.raises(DataUnavailable, match="t10k-labels-idx1-ubyte.gz could not be downloaded"):
        data.mnist(folder=tmp_path / "cache")


def test_mnist_offline_says_what_to_do(small_mnist, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data, "_MNIST_MIRRORS", ("http://127.0.0.1:9/",))
    with pytest.raises(
        DataUnavailable, match="connect to the internet once, or put the four files into .*cache"
    ) as told:
        data.mnist(folder=tmp_path / "cache")
    assert "(no connection to the server)" in str(told.value) and "Pool" not in str(told.value)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"abc"), gzip.compress(b"\0\0\x08\x01\0\0\0\x09ab")],
    ids=["empty", "no gzip", "no header", "too short"],
)
def test_a_file_that_is_not_idx_is_named(tmp_path, content):
    path = tmp_path / "file.gz"
    path.write_bytes(content)
    with pytest.raises(DataUnavailable, match="is not a gzipped IDX file"):
        data.read_idx(path)
