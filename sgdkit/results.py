"""What the calls of a `sgdkit.Pool` return, and how the dispatcher gives them their answers.

`multiprocessing.pool` has done most of the work.
"""

from __future__ import annotations

import sys
import threading
from typing import Any


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
