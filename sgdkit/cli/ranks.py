"""The command line under mpiexec: rank 0 speaks, reads and writes for all."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from ..data import DataUnavailable
from .values import Refused

T = TypeVar("T")
# What Open MPI, MPICH and others with PMI, and `srun --mpi=pmix` tell each process that they start.
_RANK = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK")
_SIZE = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE")


def speaks() -> bool:
    """Whether this process is the one that prints: any that is alone, or rank 0."""
    return _number(_RANK, 0) == 0


def started() -> int:
    """How many ranks mpiexec or srun has started; 1 without them."""
    otherwise = _number(("SLURM_STEP_NUM_TASKS",), 1) if "PMIX_RANK" in os.environ else 1  # PMIx itself does not say
    return _number(_SIZE, otherwise)


def communicator() -> Any:
    """All ranks; Refused where mpi4py is not installed."""
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise Refused(
            f"--engine is mpi, which needs mpi4py and an MPI library ({reason}): "
            "install both, for example with apt install libopenmpi-dev openmpi-bin and pip install 'sgdkit[cluster]'."
        ) from None
    return MPI.COMM_WORLD


def first(comm: Any, act: Callable[[], T]) -> T | None:
    """What rank 0 gets from `act`, None elsewhere; what it refuses is refused on every rank, and nobody waits."""
    result, refusal = None, None
    if comm.rank == 0:
        try:
            result = act()
        except (Refused, DataUnavailable) as refused:
            refusal = refused
    refusal = comm.bcast(refusal, root=0)
    if refusal is not None:
        raise refusal
    return result


def _number(names: tuple[str, ...], otherwise: int) -> int:
    for name in names:
        if os.environ.get(name, "").isdigit():
            return int(os.environ[name])
    return otherwise
