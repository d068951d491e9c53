"""Ctrl-C and the notebook's stop button, so that a run ends between two steps and not in the middle of one."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any


def leave_quietly() -> None:
    """While the program is being imported Ctrl-C ends it with one sentence; an exception would become numpy's."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, b"Stopped before there was anything to save.\n")
    os._exit(130)


class StopButton:
    """While it is entered, the first Ctrl-C sets `pressed`; the next one, or 2 s of waiting, interrupts.

    After `rest` nothing waits any more: only who then presses twice interrupts what is being tidied up.
    Outside the main thread no signal arrives, and it only carries `pressed`.
    """

    PATIENCE = 2.0  # seconds for the step under way

    def __init__(self) -> None:
        self.pressed = False
        self._before: Any = None
        self._timer: threading.Timer | None = None
        self._resting = self._rung = False

    def __enter__(self) -> StopButton:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def rest(self) -> None:
        """The steps have ended, and with them the waiting for the one under way."""
        self._resting = True
        if self._timer is not None:
            self._timer.cancel()

    def _press(self, number: int, frame: FrameType | None) -> None:
        too_late = self._rung and self._resting  # the timer's signal, when `rest` could not cancel it any more
        self._rung = False
        if too_late:
            return
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
        if not self._resting:
            self._timer = threading.Timer(self.PATIENCE, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        self._rung = True
        _press_again()


def _press_again() -> None:
    """A real signal: the main thread may be waiting for a worker, deep in the system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def without_ctrl_c(method: str) -> Iterator[None]:
    """What is started inside does not hear Ctrl-C, until `worker.run` decides about it: Python prints a traceback else.

    Nothing is lost: the master's own Ctrl-C comes when this is over. Not for a fork server, which would pass its
    deafness on to processes that are not ours.
    """
    if method == "forkserver" or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    if method == "spawn":
        from multiprocessing import resource_tracker  # not before leave_quietly

        resource_tracker.ensure_running()  # Process.start does it else, and then hears Ctrl-C again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
