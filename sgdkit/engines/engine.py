"""The protocol between the loop and whoever computes the shards' gradients.

To add an engine, write one file with a class that has what `Engine` below has: the number `workers`, the seven methods
`open`, `place`, `epoch`, `map`, `cpu_seconds`, `finish` and `close`, and the readings `spans`; and name it in
`engines.make`. The loop in `sync.py` does not know which engine it has: it shares w, hands over shards, and gets one
result for each. An engine may compute fewer results than it got shards (backup workers) or compute them elsewhere
(MPI): the average weighs each by its number of examples.

Two attributes are optional, for an engine whose loop runs in several processes: `leads`, whether this one shows the
progress bar, and the method `checkpoint(path, examples)`, which returns a `Checkpoint` that only one of them writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset
from ..models import Network
from ..own_gradient import OwnGradient
from ..types import Array, Vector

Indices = NDArray[np.integer]
AnyNetwork = Network | OwnGradient
Quantity = Literal["gradient", "hessian_vector", "loss", "evaluation"]


class ShardResult(NamedTuple):
    """What a worker returns for its shard: SUMS over the shard's examples, without regularisation."""

    gradient: Vector  # (size,) Σ ∇ℓ_i; of the quantity "hessian_vector" Σ ∇²ℓ_i·v; untouched for the others
    examples: int  # how many examples the shard has
    loss: float  # Σ ℓ_i; 0 for "hessian_vector"
    right: int = 0  # for "evaluation" of a classifier: how many examples it classifies rightly


class Engine(Protocol):
    """Computes sums over shards. `workers` shards can be computed at once."""

    workers: int

    def open(self, network: AnyNetwork, data: Dataset) -> None:
        """Make ready to compute sums of this network's losses over these data."""
        ...

    def place(self, w: Vector) -> Vector:
        """Where w shall lie: w itself, or an equal array that the workers see, so that `map` need not copy it.

        The loop updates it in place and still reads it after `finish`. `map` takes any other w as well.
        """
        ...

    def epoch(self, order: Indices) -> None:
        """The examples of the next mini-batches are taken in this order, a permutation of 0 … N−1."""
        ...

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """Share w, compute the quantity on every shard, wait for all; results in the order of the shards.

        draw: (seed, step), from which dropout draws. v: the vector of "hessian_vector". The results may lie in
        memory that the next call writes over. What a worker raises is raised here, with the worker's traceback.
        """
        ...

    @property
    def spans(self) -> NDArray[np.float64]:
        """(workers, 3) clock readings of the last `map`: begin, end, sent; NaN for a worker without a shard."""
        ...

    def cpu_seconds(self) -> NDArray[np.float64]:
        """(workers,) the CPU time that each worker has used up to now. Only what it grows by from call to call counts.

        The loop asks before the first and after the last step of an epoch, while no worker computes.
        """
        ...

    def finish(self) -> None:
        """End what `open` began, whatever has happened, even if `open` itself was interrupted."""
        ...

    def close(self) -> None:
        """Leave no process and no shared memory behind. May be called twice."""
        ...


def compute(
    quantity: Quantity,
    network: AnyNetwork,
    w: Vector,
    X: Array,
    Y: Array,
    out: Vector,
    draw: tuple[int, int, int],
    v: Vector | None,
) -> tuple[float, int]:
    """The quantity on one shard: vectors are written into `out`; returns (sum of losses, number right)."""
    if len(X) == 0:
        out[:] = 0
        return 0.0, 0
    if quantity == "gradient":
        # Unchecked: the loop has checked w and all the data once, and looks at every loss.
        return network.loss_and_gradient(w, X, Y, out=out, draw=draw, check=False)[0], 0
    if quantity == "hessian_vector":
        assert v is not None
        out[:] = network.hessian_vector(w, X, Y, v)
        return 0.0, 0
    return network.evaluate(w, X, Y) if quantity == "evaluation" else (network.loss(w, X, Y), 0)


class Places:
    """Finds a shard in this epoch's order: its rows lie together there, unless somebody split otherwise."""

    def __init__(self, order: Indices) -> None:
        self.order = order
        self._place = np.empty(len(order), np.int64)
        self._place[order] = np.arange(len(order))

    def find(self, shard: Indices) -> slice | None:
        """Where the shard lies in the order, or None if its examples are scattered over it."""
        if len(shard) == 0:
            return slice(0, 0)
        if 0 <= shard[0] < len(self.order):
            start = int(self._place[shard[0]])
            rows = slice(start, start + len(shard))
            # Compared as bytes, since np.array_equal is slow for a few hundred numbers.
            if self.order[rows].tobytes() == shard.astype(self.order.dtype, copy=False).tobytes():
                return rows
        least, most = shard.min(), shard.max()
        if not 0 <= least <= most < len(self.order):
            raise ValueError(
                f"split gave examples {least} to {most} of {len(self.order)}: "
                "give only indices from its first argument."
            )
        return None


def check_shards(shards: Sequence[Indices], workers: int) -> list[Indices]:
    """The shards as integer arrays. ValueError: more of them than workers, no indices in them, or no example at all."""
    if not isinstance(shards, Sequence | np.ndarray) or isinstance(shards, str | bytes):
        raise ValueError(f"split gave {shards!r}: {_WANTED}")
    arrays = [shard if isinstance(shard, np.ndarray) else _as_array(shard) for shard in shards]
    if len(arrays) > workers:
        raise ValueError(
            f"split gave {len(arrays)} shards for {workers} workers: give each worker one shard, empty if need be."
        )
    for shard in arrays:
        if shard.ndim != 1 or shard.dtype.kind not in "iu":
            raise ValueError(f"split gave a shard of shape {shard.shape} and dtype {shard.dtype}: {_WANTED}")
    if not any(map(len, arrays)):
        raise ValueError(f"split gave {len(arrays)} shards without a single example: {_WANTED}")
    return arrays


_WANTED = (
    "give a list with one shard for each worker, a list or array of whole numbers, which are indices from split's "
    "first argument."
)


def _as_array(shard: Any) -> NDArray[Any]:
    """A shard that is no array; ValueError where numpy can make none of it."""
    try:
        array = np.asarray(shard)
    except ValueError as error:  # lists of different lengths in it
        raise ValueError(f"split gave the shard {shard!r}: {_WANTED}") from error
    return array.astype(np.int64) if array.size == 0 else array
