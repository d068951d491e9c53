"""What a message costs between two ranks, and what the two ways to exchange gradients cost between all.

    mpiexec -n 2 python -m benchmarks.pingpong
    mpiexec --hostfile hosts -n 4 python -m benchmarks.pingpong

α is the latency of a message, β the seconds a byte: fitted to the time that messages of 8 bytes to 8 MB need from
rank 0 to rank 1, half of there and back. Allreduce and Allgather move one gradient of the ANN with 50 hidden nodes,
39,750 float32 numbers. Prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from mpi4py import MPI

SIZES = tuple(8 * 4**k for k in range(11))
GRADIENT = 39_750
ROUNDS = 7


def fit(sizes: list[int], seconds: list[float]) -> tuple[float, float]:
    """(α, β), every size with the same relative weight; neither below 0."""
    from scipy.optimize import nnls

    t = np.array(seconds)
    columns = np.column_stack([1 / t, np.array(sizes) / t])
    scale = np.linalg.norm(columns, axis=0)
    alpha, beta = nnls(columns / scale, np.ones(len(t)))[0] / scale
    return float(alpha), float(beta)


def best(comm: Any, act: Callable[[], None], repeat: int) -> float:
    """Seconds of one `act`, the median of the rounds."""
    times = []
    for _ in range(ROUNDS):
        comm.Barrier()
        begin = time.perf_counter()
        for _ in range(repeat):
            act()
        times.append((time.perf_counter() - begin) / repeat)
    return float(np.median(times[1:]))


def main() -> None:
    """Measure on all ranks; rank 0 prints."""
    comm = MPI.COMM_WORLD
    if comm.size < 2:
        sys.exit("start at least two ranks: mpiexec -n 2 python -m benchmarks.pingpong")
    seconds = []
    for size in SIZES:
        message = np.zeros(size, np.uint8)

        def there_and_back(message: np.ndarray = message) -> None:
            if comm.rank == 0:
                comm.Send(message, 1)
                comm.Recv(message, 1)
            elif comm.rank == 1:
                comm.Recv(message, 0)
                comm.Send(message, 0)

        seconds.append(best(comm, there_and_back, 200 if size < 1e5 else 10) / 2)
    gradient, total = np.ones(GRADIENT, np.float32), np.ones(GRADIENT, np.float32)
    everything = np.ones((comm.size, GRADIENT), np.float32)
    allreduce = best(comm, lambda: comm.Allreduce(gradient, total), 50)
    allgather = best(comm, lambda: (comm.Allgather(gradient, everything), everything.sum(axis=0, out=total)), 50)  # type: ignore[arg-type,return-value]
    if comm.rank == 0:
        alpha, beta = fit(list(SIZES), seconds)
        print(json.dumps({"ranks": comm.size, "alpha": alpha, "beta": beta, "allreduce": allreduce,
                          "allgather": allgather, "messages": dict(zip(SIZES, seconds, strict=True))}))  # fmt: skip


if __name__ == "__main__":
    main()
