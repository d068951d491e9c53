"""The master's side of a worker process of a `sgdkit.Pool`: its pipe, the task it has in hand, and how it ended."""

from __future__ import annotations

import math
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from .feeder import Task
from .shipping import dumps


class WorkerDied(RuntimeError):
    """A worker process ended before it could answer, again and again, so its task was given up."""


class Death(NamedTuple):
    """A worker that ended without being told to."""

    seat: int
    pid: int
    reason: str


class Worker:
    """The master's side of a worker process: its pipe, and the task that it has in hand."""

    def __init__(self, process: BaseProcess, connection: Connection, seat: int) -> None:
        self.process, self.connection, self.seat = process, connection, seat
        self.born = False  # it has begun; its initializer may take as long as it likes
        self.ready = False
        self.error: Exception | None = None  # what its initializer raised
        self.overdue = False
        self.deadline = math.inf  # on time.monotonic's clock, by when it is to be born
        self.task: Task | None = None
        self.sent = 0  # how many tasks it was given
        self.function = b""  # the digest of the function it was sent last

    def send(self, task: Task) -> None:
        """Raises OSError where the worker has died, and whatever pickling the task raises."""
        shipped = task.shipped()
        new = shipped is not None and shipped.digest != self.function
        code = dumps((task.function, task.args, task.kwargs))
        message = dumps(((shipped.digest, shipped.code) if shipped and new else None, code))
        self.task, self.sent = task, self.sent + 1
        if shipped is not None:
            self.function = shipped.digest
        self.connection.send_bytes(message)

    def was_killed(self) -> bool:
        """Whether a signal ended the process; a fork server answers 255 where it was too quick for it to tell."""
        code = self.process.exitcode or 0
        return code < 0 or (code == 255 and type(self.process).__name__ == "ForkServerProcess")

    def reason(self) -> str:
        """Why the process ended, in words."""
        self.process.join(1.0)
        code = self.process.exitcode
        if self.overdue:
            return "did not begin in time, and was killed,"
        if code is not None and code < 0:
            names = {number.value: number.name for number in signal.Signals}
            return f"was killed by {names.get(-code, f'signal {-code}')}"
        return f"exited with code {code}"


def obituary(death: Death, task: Task) -> str:
    """Why a task was given up, in words."""
    shipped = task.shipped()
    name = shipped.name if shipped else getattr(task.function, "__name__", "a function")
    return (
        f"worker {death.seat} (process {death.pid}) {death.reason} while it computed {name} (task {task.number}); "
        f"{task.deaths} workers in a row have died of this task, so it was given up."
    )
