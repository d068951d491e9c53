"""A checkpoint of a run whose loop is run by several ranks: one of them has the file."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..checkpoint import Checkpoint
from ..history import History
from ..optimizers import Optimizer
from ..types import Vector


class MPICheckpoint(Checkpoint):
    """Rank 0 writes the file, and reads it for all: the other hosts need not see it.

    It is a plain checkpoint, so that a run may go on with another number of ranks, or with another engine.
    """

    def __init__(self, path: str | PathLike[str], examples: int, comm: Any) -> None:
        self._comm = comm
        self.path, self.examples, refusal = Path(path), examples, None
        if comm.rank == 0:
            try:
                super().__init__(path, examples)
            except ValueError as error:
                refusal = str(error)
        refusal = comm.bcast(refusal, root=0)
        if refusal is not None:
            raise ValueError(refusal)

    def exists(self) -> bool:
        """See Checkpoint.exists: the same answer on every rank."""
        found: bool = self._comm.bcast(super().exists() if self._comm.rank == 0 else None, root=0)
        return found

    def save(self, history: History, w: Vector, optimizer: Optimizer, rng: np.random.Generator) -> None:
        """See Checkpoint.save."""
        if self._comm.rank == 0:
            super().save(history, w, optimizer, rng)

    def _file(self) -> BinaryIO:
        """The file's bytes on every rank. OSError where rank 0 cannot read it, raised on all: nobody waits."""
        content: Any = None
        if self._comm.rank == 0:
            try:
                content = self.path.read_bytes()
            except OSError as error:
                content = error
        content = self._comm.bcast(content, root=0)
        if isinstance(content, OSError):
            raise content
        return io.BytesIO(content)
