"""Named arrays in one shared-memory segment, seen by the master and its workers alike."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
from collections.abc import Mapping
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

Layout = Mapping[str, tuple[tuple[int, ...], str]]  # name -> shape, dtype
_ALIGNMENT = 64  # bytes of a cache line: two arrays never share one

_still_seen: list[SharedMemory] = []  # unlinked, but somebody still holds an array in them
_closing = threading.Lock()


def _new_lock() -> None:
    """A worker may be forked while the master holds the lock; in it nobody would ever let go."""
    global _closing
    _closing = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


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
    """Arrays as attributes, all in one segment.

    The master makes it with a layout, a worker attaches to it by its name. If the master is killed, Python's
    resource tracker, a process of its own, removes the segment.
    """

    def __init__(self, layout: Layout, name: str | None = None) -> None:
        self.layout = dict(layout)
        places, size = {}, 0
        for key, (shape, dtype) in self.layout.items():
            places[key] = size
            length = math.prod(shape) * np.dtype(dtype).itemsize
            size += -(-length // _ALIGNMENT) * _ALIGNMENT
        self._owner = name is None
        self._segment = _create(max(size, 1)) if name is None else _attach(name)
        self.name = self._segment.name
        self._arrays: dict[str, NDArray[Any]] = {
            key: np.ndarray(shape, dtype, self._segment.buf, places[key]) for key, (shape, dtype) in self.layout.items()
        }

    def __getattr__(self, key: str) -> NDArray[Any]:
        try:
            return self.__dict__["_arrays"][key]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(key) from None

    def close(self) -> None:
        """Let go of the segment, and remove it if this process made it. May be called twice."""
        self._arrays.clear()
        if self._owner:
            self._owner = False
            self._segment.unlink()
        with _closing:
            _still_seen.append(self._segment)
            for segment in list(_still_seen):
                with contextlib.suppress(BufferError):  # an array in it is still held: try again at the next close
                    segment.close()
                    _still_seen.remove(segment)


def _create(size: int) -> SharedMemory:
    """A new segment whose memory is really there. MemoryError where it is not, as in a small container."""
    segment = SharedMemory(create=True, size=size)
    if sys.platform == "linux":  # which gives out memory when it is first written to, and kills who finds none left
        try:
            os.posix_fallocate(segment._fd, 0, size)  # type: ignore[attr-defined]
        except OSError as error:
            segment.close()
            segment.unlink()
            raise MemoryError(
                f"{size / 1e6:,.0f} MB of shared memory are needed for the data and the gradients, and there is not as "
                f"much ({error.strerror}): give the container more (--shm-size), or use float32 or fewer examples."
            ) from None
    return segment


def _attach(name: str) -> SharedMemory:
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
