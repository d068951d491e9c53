"""How long one thread keeps the interpreter while others want it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SHORT = 0.001  # seconds; by default it is 0.005, the time of several steps

_changing = threading.Lock()
_inside = 0
_before = 0.0


@contextmanager
def short_turns() -> Iterator[None]:
    """Whoever is inside lets go of the interpreter soon when another thread wants it, such as the one that trains.

    The setting is the process's. The first one in changes it, and the last one out puts back what was there before.
    """
    global _inside, _before
    with _changing:
        if _inside == 0:
            _before = sys.getswitchinterval()
            sys.setswitchinterval(min(_before, SHORT))
        _inside += 1
    try:
        yield
    finally:
        with _changing:
            _inside -= 1
            if _inside == 0:
                sys.setswitchinterval(_before)
