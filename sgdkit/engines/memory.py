"""Named arrays in shared memory, seen by the master and its workers alike."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from mmap import mmap
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

Layout = Mapping[str, tuple[tuple[int, ...], str]]  # name -> shape, dtype
_ALIGNMENT = 64  # bytes of a cache line: two arrays never share one


def fence() -> None:
    """What this process has read and written so far lies before what it reads and writes from here on.

    Some processors (ARM among them) let other processes see writes in another order than they were made, and read
    ahead. So data in shared memory are handed over with a flag: write the data, fence, write the flag; and on the other
    side read the flag, fence, read the data. Nothing from before can come after a lock is let go, and nothing from
    behind can come before it is taken again. (A new lock each time: no thread, fork or Ctrl-C can have left it shut.)
    """
    lock = threading.Lock()
    lock.acquire()
    lock.release()
    lock.acquire()


class SharedArrays:
    """Arrays as attributes, all in one segment, but for those that are named in `apart`: each of them has its own.

    The master makes it with a layout, a worker attaches to it by its name. If the master is killed, Python's
    resource tracker, a process of its own, removes the segments. Whoever keeps one of the arrays, or a part of it,
    keeps the memory of its segment, even after `close`; it is given back with the last of them.
    """

    def __init__(self, layout: Layout, name: str | None = None, apart: Sequence[str] = ()) -> None:
        self.layout = dict(layout)
        self._owner = name is None
        self._segments: list[SharedMemory] = []
        self._rows: dict[str, list[memoryview[Any]]] = {}
        try:
            self.name = self._add([key for key in layout if key not in apart], name)
            for key in apart:
                self._add([key], f"{self.name}_{key}")
        except BaseException:  # Ctrl-C
            self.close()
            raise

    def _add(self, keys: Sequence[str], name: str | None) -> str:
        """These arrays, in one segment more; returns its name."""
        places, size = {}, 0
        for key in keys:
            shape, dtype = self.layout[key]
            places[key] = size
            length = math.prod(shape) * np.dtype(dtype).itemsize
            size += -(-length // _ALIGNMENT) * _ALIGNMENT
        self._segments.append(_create(max(size, 1), name) if self._owner else _attach(name))
        segment = self._segments[-1]
        memory = _taken_out(segment)
        for key in keys:
            shape, dtype = self.layout[key]
            setattr(self, key, np.ndarray(shape, dtype, memory, places[key]))
        return segment.name

    if TYPE_CHECKING:

        def __getattr__(self, key: str) -> NDArray[Any]: ...

    def rows(self, key: str) -> list[memoryview[Any]]:
        """The rows of a two-dimensional array, for reading and writing single numbers.

        A step does that some fifty times, and each time the caches are full of examples and hold nothing of numpy's
        machinery, which is then slow; memoryviews need little of it.
        """
        if key not in self._rows:
            self._rows[key] = [memoryview(row) for row in getattr(self, key)]
        return self._rows[key]

    def close(self) -> None:
        """Let go of the arrays, and remove the segments if this process made them. May be called twice."""
        self._rows.clear()
        for key in self.layout:
            vars(self).pop(key, None)
        if self._owner:
            self._owner = False
            with ExitStack() as all_of_them:
                for segment in self._segments:
                    all_of_them.callback(segment.unlink)


def _taken_out(segment: SharedMemory) -> mmap:
    """The segment's memory, which from here on lives as long as an array in it.

    Python's `SharedMemory.close`, which is also called when it is forgotten, unmaps the memory though numpy still has
    arrays there (numpy tells it nothing of them), and whoever then reads one of them ends the process.
    """
    memory: mmap = segment._mmap  # type: ignore[attr-defined]
    segment._buf.release()  # type: ignore[attr-defined]
    segment._buf = segment._mmap = None  # type: ignore[attr-defined]
    segment.close()  # the file descriptor, which the memory does not need
    return memory


def _create(size: int, name: str | None) -> SharedMemory:
    """A new segment whose memory is really there. MemoryError where it is not, as in a small container."""
    segment = SharedMemory(name, create=True, size=size)
    try:
        if sys.platform == "linux":  # which gives out memory when it is first written to, and kills who finds none left
            os.posix_fallocate(segment._fd, 0, size)  # type: ignore[attr-defined]
        return segment
    except BaseException as error:
        segment.close()
        segment.unlink()
        if not isinstance(error, OSError):  # Ctrl-C
            raise
        raise MemoryError(
            f"{size / 1e6:,.0f} MB more of shared memory are needed for the data, the gradients or w, and there is not "
            f"as much ({error.strerror}): give the container more (--shm-size), or use float32 or fewer examples."
        ) from None


def _attach(name: str | None) -> SharedMemory:
    """The master's segment in a worker. The worker must not register it: the master has, and will remove it.

    Registering also takes a lock, which a fork may have copied while another thread held it.
    """
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    register = resource_tracker.register
    resource_tracker.register = lambda *_: None  # type: ignore[assignment]
    try:
        return SharedMemory(name)
    finally:
        resource_tracker.register = register
