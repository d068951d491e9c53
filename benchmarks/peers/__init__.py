"""The competitors. Each file holds one; what it computes is the same for all, see `case.py`."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from typing import NamedTuple

from .peer import Peer


class Entry(NamedTuple):
    """Where a competitor is defined and what must be installed for it. launcher: what starts its ranks."""

    module: str
    name: str
    needs: tuple[str, ...] = ()
    launcher: str | None = None


PEERS = {
    "sgdkit": Entry("sync_sgd", "SyncSGDPeer"),
    "numpy": Entry("numpy_loop", "NumpyLoop"),
    "pool, all pickled": Entry("plain_pool", "PlainPool"),
    "pool, data sent once": Entry("plain_pool_once", "PlainPoolOnce"),
    "pool, shared memory": Entry("plain_pool_shared", "PlainPoolShared"),
    "torch": Entry("torch_single", "TorchSingle", ("torch",)),
    "torch ddp": Entry("torch_ddp", "TorchDDP", ("torch",)),
    "sgdkit mpi": Entry("sync_sgd_mpi", "SyncSGDMPIPeer", ("mpi4py",), "mpiexec"),
    "mpi": Entry("mpi", "MPIAllreduce", ("mpi4py",), "mpiexec"),
    "scikit-learn": Entry("sklearn_mlp", "SklearnMLP", ("sklearn",)),
}


def load(peer: str) -> type[Peer]:
    """The class of this name; only now is what it needs imported."""
    entry = PEERS[peer]
    found: type[Peer] = getattr(importlib.import_module(f"{__name__}.{entry.module}"), entry.name)
    return found


def missing(peer: str) -> str | None:
    """What keeps the competitor from being measured here, in one sentence; None if nothing does."""
    entry = PEERS[peer]
    lacking = [name for name in entry.needs if importlib.util.find_spec(name) is None]
    if entry.launcher is not None and shutil.which(entry.launcher) is None:
        lacking.append(entry.launcher)
    return f"{peer} is left out: {' and '.join(lacking)} is not installed." if lacking else None
