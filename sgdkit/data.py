"""The course's data sets, each a pair of fixed parts: what to train on and what to test on.

`digits` and `parabola` and `lorenz` need no network. `mnist` downloads 11.6 MB once and checks it.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .types import Array


class DataUnavailable(RuntimeError):
    """A data set could not be had: no network, or a file that is not what it should be."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """N examples to learn from.

    X: (N, features) float array, one example a row; an image is flattened row by row.
    Y: (N, outputs) float array of targets; for classes one-hot rows.
    labels: (N,) int array with the class of each example, or None for regression.
    """

    X: Array
    Y: Array
    name: str
    labels: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for letter, values in (("X", self.X), ("Y", self.Y)):
            if not (isinstance(values, np.ndarray) and values.ndim == 2 and values.dtype.kind == "f"):
                shown = f"{type(values).__name__} {getattr(values, 'dtype', '')} {np.shape(values)}"
                raise ValueError(
                    f"{letter} of data set {self.name!r} is a {shown}: give a float array with one example a row."
                )
        if len(self.X) != len(self.Y) or len(self.X) == 0:
            raise ValueError(
                f"data set {self.name!r} has {len(self.X)} rows in X and {len(self.Y)} in Y: "
                "give as many targets as examples, and at least one."
            )
        if self.X.dtype != self.Y.dtype:
            raise ValueError(
                f"X of data set {self.name!r} is {self.X.dtype} and Y is {self.Y.dtype}: give both the same dtype."
            )

    def __len__(self) -> int:
        return len(self.X)

    def astype(self, dtype: DTypeLike) -> Dataset:
        """The same examples as another float dtype."""
        return Dataset(self.X.astype(dtype), self.Y.astype(dtype), self.name, self.labels)

    def take(self, rows: Any) -> Dataset:
        """The examples at `rows` (indices or a slice), in that order."""
        labels = None if self.labels is None else self.labels[rows]
        return Dataset(self.X[rows], self.Y[rows], self.name, labels)


class Split(NamedTuple):
    """A data set cut, always in the same way, into a part to train on and a part to test on."""

    train: Dataset
    test: Dataset


def one_hot(labels: NDArray[np.integer], classes: int, dtype: DTypeLike = np.float64) -> Array:
    """Rows of zeros with a one at the label: (n,) ints in [0, classes) -> (n, classes).

    Raises ValueError for a label outside the range.
    """
    labels = np.asarray(labels)
    if labels.size and not (0 <= labels.min() and labels.max() < classes):
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}: with {classes} classes they must lie "
            f"in 0 to {classes - 1}."
        )
    return np.eye(classes, dtype=dtype)[labels]


def digits(dtype: DTypeLike = np.float64) -> Split:
    """1,797 real handwritten digits that ship with scikit-learn: 1,437 to train on, 360 to test on.

    They are 8×8 pixels. Linear interpolation brings them to 24×24, and an empty border of 2 pixels to
    MNIST's 28×28, so that the networks have as many parameters as on the slides. Pixels lie in [0, 1].
    """
    # Its file is read directly: importing scikit-learn, which is not needed for more, takes two seconds.
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise DataUnavailable("the digits come with scikit-learn, which is not installed: pip install scikit-learn.")
    table = np.loadtxt(Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    images, labels = table[:, :-1], table[:, -1].astype(np.int64)
    X = _to_28_by_28(images.reshape(-1, 8, 8) / 16).reshape(-1, 784).astype(dtype)
    whole = Dataset(X, one_hot(labels, 10, dtype), "digits", labels)
    # Drawn once by train_test_split(test_size=360, stratify=labels, random_state=0).
    order = np.loadtxt(Path(__file__).with_name("digits_order.txt"), dtype=np.int64)
    return Split(whole.take(order[:-360]), whole.take(order[-360:]))


def _to_28_by_28(images: Array) -> Array:
    """(n, 8, 8) -> (n, 28, 28): each new pixel is weighted by its distance to the old pixels' centres."""
    new_centres = (np.arange(24) + 0.5) / 3 - 0.5
    stretch = np.stack([np.interp(new_centres, np.arange(8), pixel) for pixel in np.eye(8)], axis=1)
    return np.pad(stretch @ images @ stretch.T, ((0, 0), (2, 2), (2, 2)))


def parabola(dtype: DTypeLike = np.float64) -> Split:
    """y = x² at 50 points from −2 to 2 (seeds/002); tested at the 49 points between them."""
    x = np.linspace(-2, 2, 50, dtype=dtype)[:, None]
    between = (x[1:] + x[:-1]) / 2
    return Split(Dataset(x, x**2, "parabola"), Dataset(between, between**2, "parabola"))


def lorenz(dtype: DTypeLike = np.float64, length: int = 900, shift: int = 99) -> Split:
    """Where a point of the Lorenz attractor will be `shift` time steps later: (x, y, z) -> (x, y, z).

    σ = 10, ρ = 58, β = 8/3 from (1, 1, 1), 9,999 points on [0, 20] (seeds/004). Training starts at
    point 0 and testing at point 5,000, with `length` points each.
    """
    from scipy.integrate import odeint

    if not (1 <= length and 1 <= shift and 5000 + shift + length <= 9999):
        raise ValueError(
            f"length={length} and shift={shift} do not fit in the trajectory's 9,999 points: "
            "both must be at least 1 and together at most 4,999."
        )

    def velocity(point: Array, _: float) -> list[float]:
        x, y, z = point
        return [10 * (y - x), x * (58 - z) - y, x * y - 8 / 3 * z]

    points = odeint(velocity, np.ones(3), np.linspace(0, 20, 9999)).astype(dtype)

    def part(start: int) -> Dataset:
        later = points[start + shift : start + shift + length]
        return Dataset(points[start : start + length], later, "lorenz")

    return Split(part(0), part(5000))


# Bytes and SHA-256 of the four files as Yann LeCun published them, and two public mirrors.
_MNIST_FILES = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
_MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def mnist(dtype: DTypeLike = np.float64, folder: str | os.PathLike[str] | None = None) -> Split:
    """MNIST: 60,000 handwritten digits to train on and 10,000 to test on, 28×28 pixels in [0, 1].

    folder: where the four gzipped IDX files lie or shall be put; by default the user's cache.
    A file that is missing is downloaded and checked by its SHA-256. Raises DataUnavailable.
    """
    import pooch

    where = Path(folder) if folder is not None else Path(pooch.os_cache("sgdkit")) / "mnist"
    paths = {name: _fetch(name, digest, where) for name, digest in _MNIST_FILES.items()}

    def part(prefix: str) -> Dataset:
        images = read_idx(paths[f"{prefix}-images-idx3-ubyte.gz"])
        labels = read_idx(paths[f"{prefix}-labels-idx1-ubyte.gz"])
        X = images.reshape(len(images), -1).astype(dtype)
        X /= 255
        return Dataset(X, one_hot(labels, 10, dtype), "mnist", labels.astype(np.int64))

    return Split(part("train"), part("t10k"))


def _fetch(name: str, digest: str, folder: Path) -> Path:
    """One file of MNIST in `folder`, from there or from the first mirror that has it."""
    import pooch

    pooch.get_logger().setLevel("WARNING")  # it announces every attempt in two lines
    reason = ""
    for mirror in _MNIST_MIRRORS:
        try:
            return Path(pooch.retrieve(mirror + name, f"sha256:{digest}", name, folder))
        except (OSError, ValueError) as error:  # no network; a file with another checksum
            reason = _why(error)
    raise DataUnavailable(
        f"MNIST's file {name} could not be downloaded ({reason}): connect to the internet once, or put "
        f"the four files into {folder}, or use the digits, which need no network."
    )


def _why(error: Exception) -> str:
    """A few words in place of those of the network's libraries, which are many."""
    if isinstance(error, OSError):
        answer = getattr(error, "response", None)
        if answer is not None:
            return f"the server answered {answer.status_code}"
        return error.strerror.lower() if error.strerror else "no connection to the server"
    return "what the server sent is another file: its checksum differs"


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """An IDX file of bytes (gzipped): 2 zero bytes, 0x08 for uint8, the number of axes, their lengths, the data.

    Raises DataUnavailable where the file is not that.
    """
    try:
        with gzip.open(path) as file:
            raw = file.read()
        zeros, kind, axes = struct.unpack_from(">HBB", raw)
        shape = struct.unpack_from(f">{axes}I", raw, 4)
        if zeros != 0 or kind != 0x08:
            raise ValueError("it does not start like an IDX file of bytes")
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, struct.error, ValueError) as error:
        raise DataUnavailable(
            f"{path} is not a gzipped IDX file of bytes ({error}): delete it and try again, "
            "so that it is downloaded anew."
        ) from error
