"""What the calls of a `sgdkit.Pool` return, and how the dispatcher gives them their answers.

`multiprocessing.pool` has done most of the work.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.pool import ApplyResult, MapResult  # type: ignore[attr-defined]
from typing import Any

_AWAKE = 0.5  # seconds: on Windows, Ctrl-C is noticed only between two waits


class _Stoppable:
    """Ctrl-C or the stop button while somebody waits ends the call, and the workers busy with it."""

    _pool: Any  # None when the result is there
    _job: int
    _event: threading.Event

    def wait(self, timeout: float | None = None) -> None:
        """Until the result is there, or so many seconds have passed."""
        end = float("inf") if timeout is None else time.monotonic() + timeout
        pool = self._pool
        try:
            while not self._event.wait(min(_AWAKE, end - time.monotonic())) and time.monotonic() < end:
                continue
        except KeyboardInterrupt:
            if pool is not None:
                pool._dispatcher.abandon(self._job)
            raise


class Applied(_Stoppable, ApplyResult):  # type: ignore[type-arg]
    """What apply_async returns: an AsyncResult."""


class Mapped(_Stoppable, MapResult):  # type: ignore[misc]
    """What map_async and starmap_async return: an AsyncResult."""


class Iterated:
    """What imap returns. Ctrl-C or the stop button while somebody waits for the next result ends the whole call.

    results: the IMapIterator of multiprocessing; chunked: whether each of its items is a list of ours.
    """

    def __init__(self, results: Any, chunked: bool, abandon: Callable[[], None]) -> None:
        self._results, self._chunked, self._abandon = results, chunked, abandon
        self._arrived: deque[Any] = deque()

    def __iter__(self) -> Iterated:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self, timeout: float | None = None) -> Any:
        """The next result; multiprocessing.TimeoutError where it is not there in so many seconds."""
        try:
            if not self._arrived:
                new = self._wait() if timeout is None else self._results.next(timeout)
                self._arrived.extend(new if self._chunked else [new])
            return self._arrived.popleft()
        except KeyboardInterrupt:
            self._abandon()
            raise

    def _wait(self) -> Any:
        with self._results._cond:
            while not self._results._items and self._results._index != self._results._length:
                self._results._cond.wait(_AWAKE)
        return self._results.next()


def answer(result: Any, number: int, outcome: tuple[bool, Any]) -> None:
    """Gives a result of any kind the outcome of its task `number`: (succeeded, value or exception).

    A callback that raises is its own trouble: that is printed, and whoever waits is answered all the same.
    """
    try:
        result._set(number, outcome)
    except (Exception, SystemExit):  # a callback's
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        result._callback = result._error_callback = None
        if hasattr(result, "_number_left"):  # a map's, which has counted this task already
            result._number_left += 1
        result._set(number, outcome)


def fail(result: Any, error: Exception) -> None:
    """Ends a result of any kind, `imap`'s iterators included, with an error."""
    if hasattr(result, "_set_length"):
        result._items.append((False, error))
        with result._cond:
            result._length = result._index
            result._cond.notify()
        result._cache.pop(result._job, None)
    else:
        result._number_left = 1
        answer(result, 0, (False, error))
