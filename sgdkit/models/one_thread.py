"""One BLAS thread while a network computes."""

from __future__ import annotations

import os
import threading
from functools import cache
from types import TracebackType
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController


class OneBlasThread:
    """A context in which BLAS uses one thread; it takes a few microseconds.

    A convolution here is many small products. BLAS would share out each of them over all cores, and on a machine that
    is doing something else too, such as the workers of a pool, one pass then takes ten times as long.

    BLAS has one limit for the whole process, but two threads may be in here at once: the first one in sets the limit,
    and the last one out gives back what was there before.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._before: Any = None
        self._changing = threading.Lock()

    def __enter__(self) -> None:
        with self._changing:
            if self._inside == 0:
                _take_control()
                self._before = _blas().limit(limits=1)
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changing:
            self._inside -= 1
            if self._inside == 0:
                _take_control()
                self._before.restore_original_limits()


def _take_control() -> None:
    """From 3.7 on threadpoolctl obeys one thread only; here the last one out need not be the first one in."""
    clear = getattr(OpenBLASController, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)


@cache
def _blas() -> Any:
    return ThreadpoolController().select(user_api="blas")


_one = OneBlasThread()


def one_blas_thread() -> OneBlasThread:
    """The process's one context of this kind."""
    return _one


if hasattr(os, "register_at_fork"):
    # A forked worker has none of the threads that were inside, and the lock may have been theirs.
    os.register_at_fork(after_in_child=_one.__init__)  # type: ignore[misc]
