"""What a competitor is, and the loop over epochs that all but the kit itself share."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..case import Case


class Times(NamedTuple):
    """Seconds, one entry an epoch.

    step: the mean from the start of one step to the start of the next. epoch: the whole epoch, shuffling
    included. details: what else a competitor knows, in seconds.
    """

    step: list[float]
    epoch: list[float]
    details: dict[str, float] = {}


class Place(NamedTuple):
    """Which of a competitor's processes this is. folder: where they can meet; it is empty at first."""

    rank: int
    ranks: int
    folder: str


class Peer(Protocol):
    """Trains the case's network. `train` goes on from the w that the last one reached, with the first order again."""

    rank: int

    def __init__(self, case: Case, place: Place, **options: Any) -> None: ...

    def train(self, epochs: int) -> Times: ...

    def w(self) -> NDArray[np.floating]:
        """(size,) the parameters, in the order of the kit's flat vector."""
        ...

    def close(self) -> None: ...


def timed_epochs(
    case: Case, epochs: int, gather: Callable[[NDArray[np.int64]], None], step: Callable[[int, int], None]
) -> Times:
    """Runs and times the epochs.

    gather(order): make ready for an epoch in this order. step(start, stop): one step on the mini-batch with the
    order's entries from start to stop.
    """
    rng, times = case.orders(), Times([], [])
    for _ in range(epochs):
        begin = time.perf_counter()
        gather(rng.permutation(case.examples))
        ready = time.perf_counter()
        for start in range(0, case.examples, case.batch):
            step(start, min(start + case.batch, case.examples))
        end = time.perf_counter()
        times.step.append((end - ready) / case.steps)
        times.epoch.append(end - begin)
    return times


def shards(start: int, stop: int, workers: int) -> list[tuple[int, int]]:
    """The pieces (start, stop) of numpy.array_split, one for each worker."""
    even, left = divmod(stop - start, workers)
    cuts = [start + even * k + min(k, left) for k in range(workers + 1)]
    return list(zip(cuts[:-1], cuts[1:], strict=True))
