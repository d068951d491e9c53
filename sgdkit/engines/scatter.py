"""The data cut into one part for each rank, and sent there: MPI's Scatter, in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset
from ..types import Array

CHUNK = 1 << 24  # bytes that rank 0 sends to all ranks together in one Scatter


@dataclass(frozen=True, eq=False)
class Part(Dataset):
    """The examples `first`, `first` + 1, … of a data set of `total`: X and Y hold only these.

    Its length is `total`, for that is the N of the objective and of the permutations that all ranks draw alike.
    """

    first: int = 0
    total: int = 0

    def __len__(self) -> int:
        return self.total

    def alone(self) -> Dataset:
        """These examples as a data set of their own."""
        return Dataset(self.X, self.Y, f"{self.name}, examples {self.first + 1:,} to {self.first + len(self.X):,}")


def cuts(examples: int, ranks: int) -> NDArray[np.int64]:
    """(ranks + 1,) where each rank's part begins, and the end: consecutive parts, as even as can be."""
    sizes = [len(part) for part in np.array_split(np.empty(examples, np.bool_), ranks)]
    return np.cumsum([0, *sizes])


def own_part(data: Dataset, rank: int, ranks: int) -> Part:
    """What this rank would get of data that it has as a whole; a copy. ValueError: fewer examples than ranks."""
    _enough(len(data), ranks)
    first, stop = cuts(len(data), ranks)[rank : rank + 2]
    return Part(data.X[first:stop].copy(), data.Y[first:stop].copy(), data.name, None, int(first), len(data))


def scatter(data: Dataset | None, comm: Any, chunk: int = CHUNK) -> Part:
    """Rank 0's data to all ranks, each its own part: called by every rank, with None by all but rank 0.

    Only rank 0 ever holds more than its part, and only until it forgets `data`. The data travel in chunks, since
    one message would need a second copy of them, and MPI counts no further than 2³¹. ValueError on every rank: fewer
    examples than ranks.
    """
    about = None
    if data is not None:
        about = (data.name, [(array.shape, array.dtype.str) for array in (data.X, data.Y)])
    name, (x_kind, y_kind) = comm.bcast(about, root=0)
    total = x_kind[0][0]
    _enough(total, comm.size)
    ends = cuts(total, comm.size)
    X = _scatter_rows(None if data is None else data.X, x_kind, ends, comm, chunk)
    Y = _scatter_rows(None if data is None else data.Y, y_kind, ends, comm, chunk)
    return Part(X, Y, name, None, int(ends[comm.rank]), total)


def _scatter_rows(
    whole: Array | None, kind: tuple[tuple[int, int], str], ends: NDArray[np.int64], comm: Any, chunk: int
) -> Array:
    (_, columns), dtype = kind
    first, stop = ends[comm.rank], ends[comm.rank + 1]
    mine = np.empty((stop - first, columns), dtype)
    rows = max(1, chunk // (comm.size * columns * mine.itemsize))  # of each rank in one message
    for begin in range(0, int(np.diff(ends).max()), rows):
        pieces = [slice(min(a + begin, b), min(a + begin + rows, b)) for a, b in zip(ends[:-1], ends[1:], strict=True)]
        counts = [int(piece.stop - piece.start) * columns for piece in pieces]
        sent = None if whole is None else [np.concatenate([whole[piece] for piece in pieces]), counts]
        received = np.empty((counts[comm.rank] // columns, columns), dtype)
        comm.Scatterv(sent, received, root=0)
        mine[begin : begin + len(received)] = received
    return mine


def _enough(examples: int, ranks: int) -> None:
    if examples < ranks:
        raise ValueError(f"{examples} examples are too few for {ranks} ranks: start at most {examples}.")
