"""Who computes the shards' gradients. `engine.py` says what an engine is and how one is added."""

from __future__ import annotations

from ..stragglers import Stragglers
from .backup import BackupPoolEngine
from .engine import Engine, ShardResult
from .pool import PoolEngine
from .serial import SerialEngine

__all__ = ["BackupPoolEngine", "Engine", "PoolEngine", "SerialEngine", "ShardResult", "make"]

NAMES = ("pool", "serial", "mpi")


def make(
    engine: str | Engine,
    workers: int,
    start_method: str | None = None,
    backup: int = 0,
    stragglers: Stragglers | None = None,
) -> Engine:
    """The engine of that name, or the engine itself where it is one; ValueError where there is none.

    backup, stragglers: see BackupPoolEngine; only the pool has workers of which one can be late.
    """
    late = bool(backup) or stragglers is not None
    if engine == "pool":
        if late:
            return BackupPoolEngine(workers, backup, start_method, stragglers=stragglers)
        return PoolEngine(workers, start_method)
    if late:
        raise ValueError(f"backup workers and stragglers need processes of a pool: give engine 'pool', not {engine!r}.")
    if engine == "serial":
        return SerialEngine(workers)
    if engine == "mpi":
        from .mpi import MPIEngine  # mpi4py is an extra, and starts MPI where it is imported

        return MPIEngine()
    if isinstance(engine, str):
        raise ValueError(f"engine {engine!r} does not exist: choose one of {', '.join(NAMES)}.")
    return engine
