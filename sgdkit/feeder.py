"""The tasks of one call on their way to the dispatcher, which takes them one by one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from .shipping import Shipped


class Task(NamedTuple):
    """One piece of work: the `number`-th of a job, and how often a worker has died of it."""

    job: int
    number: int
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    deaths: int = 0

    def shipped(self) -> Shipped | None:
        """The user's function in this task, whether called directly or through `map`'s helper."""
        inner = self.args[0][0] if self.args and isinstance(self.args[0], tuple) and self.args[0] else None
        return next((f for f in (self.function, inner) if isinstance(f, Shipped)), None)


class Call(Protocol):
    """The tasks of one call. `over`: there will be none that `take` has not given."""

    over: bool

    def start(self, ring: Callable[[], None]) -> None:
        """Begin; `ring` is called whenever there is news."""
        ...

    def take(self) -> Task | None:
        """The next task; None where there is none at the moment."""
        ...

    def drop(self) -> None:
        """Nobody wants the rest."""
        ...


class Listed:
    """A call whose arguments are all there: `map`, `starmap`, `apply`."""

    def __init__(self, tasks: Iterator[Task]) -> None:
        self._tasks, self.over = tasks, False

    def start(self, ring: Callable[[], None]) -> None:
        """See Call.start."""
        ring()

    def take(self) -> Task | None:
        """See Call.take."""
        task = next(self._tasks, None)
        self.over = task is None
        return task

    def drop(self) -> None:
        """See Call.drop."""
        self.over = True


class Feed:
    """A call whose arguments come from somebody's iterable: `imap`. A thread of its own reads it, a little ahead.

    So an iterable that is slow, or waits for earlier results, keeps nobody else waiting. One that never comes back
    keeps its thread: Python cannot end it, and nothing waits for it, not even the end of the program.
    """

    def __init__(self, tasks: Iterator[Task], ahead: int) -> None:
        self._tasks, self.over = tasks, False
        self._read: deque[Task] = deque()
        self._room = threading.Semaphore(ahead)
        self._dropped = False

    def start(self, ring: Callable[[], None]) -> None:
        """See Call.start."""
        threading.Thread(target=self._run, args=(ring,), name="sgdkit-feeder", daemon=True).start()

    def take(self) -> Task | None:
        """See Call.take."""
        if not self._read:
            return None
        self._room.release()
        return self._read.popleft()

    def drop(self) -> None:
        """See Call.drop."""
        self._dropped = True
        self._room.release()

    def _run(self, ring: Callable[[], None]) -> None:
        for task in self._tasks:
            self._read.append(task)
            ring()
            self._room.acquire()
            if self._dropped:
                break
        self._tasks = iter(())  # a generator of the caller's that was dropped ends here, with its `finally`
        self.over = True
        ring()
