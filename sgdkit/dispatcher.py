"""Who gets which task: one thread of the master that feeds the workers of a `sgdkit.Pool` and outlives their deaths."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.pool import ApplyResult, _helper_reraises_exception  # type: ignore[attr-defined]
from typing import Any

import cloudpickle
import numpy as np

from . import worker
from .feeder import Call, Task
from .interrupt import without_ctrl_c
from .member import Death, Worker, WorkerDied, obituary
from .results import answer, fail
from .shipping import ByValue
from .worker import Setup

# Seconds for a new worker to say that it lives. A fork is there in milliseconds, unless it copied a lock (of BLAS, say)
# that another thread held, and then it waits for ever; the others must first import what the script imports.
_TIME_TO_BE_BORN = {"fork": 30.0, "spawn": 180.0, "forkserver": 180.0}
_BETWEEN_LOOKS = 0.4  # seconds, at most, between two looks at the workers' exit codes: a death is known within one
_TIME_TO_STOP = 2.0  # seconds for the thread to end, before its workers are killed
# Two forks at once would each copy the other's open pipe, and a worker's death would no longer end its pipe.
_hiring = threading.Lock()


def _new_lock() -> None:
    """A worker is forked while the lock is held: in it nobody would ever let go."""
    global _hiring
    _hiring = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


class Dispatcher:
    """Keeps `size` workers alive and gives each idle one the next task.

    Everything here runs in one thread, save `submit`, `abandon` and `stop`, which only leave a note and wake it.
    """

    def __init__(
        self,
        context: multiprocessing.context.BaseContext,
        size: int,
        initializer: tuple[Callable[..., Any] | None, tuple[Any, ...]],
        max_tasks: int | None,
        seed: int | None,
        retries: float,
        results: dict[int, ApplyResult[Any]],
    ) -> None:
        self.context, self.size, self.max_tasks, self.retries = context, size, max_tasks, retries
        self.method = context.get_start_method()
        self.initializer = ByValue(initializer)
        self.seeds = np.random.SeedSequence(seed)
        self.results = results  # job -> what the caller waits for
        self.workers: list[Worker] = []
        self.deaths: list[Death] = []
        self.state = "running"  # then "closed": finish what there is; then "stopped"
        self._calls: deque[Call] = deque()
        self._again: deque[Task] = deque()  # tasks whose worker died
        self._abandoned: deque[int] = deque()
        self._stillborn = 0  # workers in a row that ended before they were ready
        self._hired = [0] * size  # how many workers have sat in each seat
        self._reason = "the pool was ended while a task was under way."
        self._cause: Exception | None = None
        self._ended = False
        self._ending = threading.RLock()  # a callback may come back here
        self._wake_up, self._bell = multiprocessing.Pipe(duplex=False)
        self._rung = False
        self._next_look = 0.0
        self.thread = threading.Thread(target=self._run, name="sgdkit-dispatcher", daemon=True)
        try:
            for seat in range(size):
                self._hire(seat)
            self.thread.start()
        except BaseException as error:  # Ctrl-C perhaps: nobody has this pool yet, so nobody could end it
            self.state = "stopped"
            self.stop() if self.thread.is_alive() else self._end()
            if isinstance(error, OSError):
                raise OSError(
                    error.errno,
                    f"the pool could start only {len(self.workers)} of {size} workers ({error.strerror or error}): "
                    "ask for fewer, or first end other pools and programs that hold processes, files or memory.",
                ) from error
            raise

    # --- called from any thread -------------------------------------------------------------------

    def submit(self, call: Call) -> None:
        """The tasks of one call, whose result is already among `results`."""
        with self._ending:
            if not self._ended:
                self._calls.append(call)
        if self._ended:
            self._fail_all()
        else:
            call.start(self._ring)

    def settle(self, job: int, tasks: int) -> None:
        """The iterable of an `imap` has come to its end, after so many tasks."""
        with self._ending:
            waiting: Any = self.results.get(job)  # None where it has ended already, with an error
            if waiting is not None:
                waiting._set_length(tasks)

    def abandon(self, job: int) -> None:
        """Nobody waits for this job any more: workers busy with it are ended and replaced."""
        self._abandoned.append(job)
        self._ring()

    def close(self) -> None:
        if self.state == "running":
            self.state = "closed"
        self._ring()

    def stop(self) -> None:
        """Ends everything now; whoever still waits gets a WorkerDied."""
        self.state = "stopped"
        self._ring()
        if threading.current_thread() is self.thread:
            return
        self.thread.join(_TIME_TO_STOP)
        while self.thread.is_alive():  # in the middle of a message to or from a worker that does not go on
            for member in self.workers:
                member.process.kill()
            self.thread.join(1.0)

    def _ring(self) -> None:
        """Wakes the thread. It reads one message for any number of rings, so that a ring never blocks."""
        if self._rung:
            return
        self._rung = True
        try:
            self._bell.send_bytes(b"!")
        except OSError:  # the thread has ended and closed the pipe
            return

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self.state != "stopped":
                self._drop_abandoned()
                for member in self.workers:
                    self._feed(member)
                if self.state == "closed" and not self.results and not self._again:
                    break
                self._listen()
        finally:
            self._end()

    def _listen(self) -> None:
        """Waits for a call, a result or a death, and deals with all that have come."""
        self._kill_the_overdue()
        by_end = {member.connection: member for member in self.workers}
        by_end |= {member.process.sentinel: member for member in self.workers}  # type: ignore[misc]
        ended = []
        ready = wait([self._wake_up, *by_end], timeout=_BETWEEN_LOOKS)
        # A process that the worker has forked may hold its pipes open: then only its exit code tells.
        if not ready or time.monotonic() >= self._next_look:
            ended += [member for member in self.workers if member.process.exitcode is not None]
            self._next_look = time.monotonic() + _BETWEEN_LOOKS
        for end in ready:
            if end is self._wake_up:
                self._wake_up.recv_bytes()
                self._rung = False  # before the thread looks what there is: who comes later rings again
            elif isinstance(end, int):
                ended.append(by_end[end])  # type: ignore[index]
            elif not self._receive(by_end[end]):  # type: ignore[index]
                ended.append(by_end[end])  # type: ignore[index]
        for member in dict.fromkeys(ended):
            if self.state == "stopped":  # given up, with the one before
                break
            while _pending(member.connection) and self._receive(member):  # what it said before it ended
                continue
            self._bury(member)

    def _kill_the_overdue(self) -> None:
        """Whoever has not begun in time never will: it is killed, and buried like any other."""
        for member in self.workers:
            if not member.born and time.monotonic() > member.deadline:
                member.overdue = True
                member.process.kill()

    def _receive(self, member: Worker) -> bool:
        """Takes one message; False where the pipe has ended, in the middle of a message perhaps."""
        try:
            message = member.connection.recv_bytes()
        except (EOFError, OSError):
            return False
        if message == worker.BORN:
            member.born = True
            return True
        if not member.ready:
            if message == worker.READY:
                member.ready, self._stillborn = True, 0
            else:
                member.error = _load(message)[1]
            return True
        task, member.task = member.task, None
        if task is not None:
            self._deliver(task, _load(message))
        return True

    def _deliver(self, task: Task, result: tuple[bool, Any]) -> None:
        waiting = self.results.get(task.job)
        if waiting is not None:
            answer(waiting, task.number, result)

    def _feed(self, member: Worker) -> None:
        if self.max_tasks is not None and member.sent >= self.max_tasks:
            return  # it is about to retire, and would not read another one
        while member.ready and member.task is None and (task := self._next()) is not None:
            if task.function is _helper_reraises_exception:  # what the caller's iterable raised
                self._deliver(task, (False, task.args[0]))
                continue
            try:
                member.send(task)
            except OSError:
                return  # it has died with the task in hand, and is about to be buried
            except Exception as error:  # an argument that cannot be pickled
                member.task = None
                self._deliver(task, (False, error))

    def _next(self) -> Task | None:
        while self._again:
            if (task := self._again.popleft()).job in self.results:
                return task
        for call in list(self._calls):
            over = call.over  # asked first: what is read from here on is taken the next time
            new = call.take()
            if new is not None and new.job in self.results:
                return new
            if new is not None or over:  # nobody waits for it any more, or it has no more tasks
                call.drop()
                self._calls.remove(call)
        return None

    def _drop_abandoned(self) -> None:
        while self._abandoned:
            job = self._abandoned.popleft()
            with self._ending:
                if (waiting := self.results.get(job)) is not None:
                    fail(waiting, WorkerDied("the call was interrupted, and the workers busy with it were ended."))
            for member in self.workers:
                if member.task is not None and member.task.job == job:
                    member.task = None
                    member.process.kill()
                    self._replace(member)

    def _bury(self, member: Worker) -> None:
        """Replaces a worker that has ended, and gives the task that it had in hand to another."""
        task = member.task
        # Its pipe ends a little before it has an exit code, so its number of tasks tells.
        retired = task is None and self.max_tasks is not None and member.sent >= self.max_tasks
        if not retired:
            death = Death(member.seat, member.process.pid or 0, member.reason())
            self.deaths.append(death)
            if not member.ready:
                self._stillborn += 1
            if task is not None:
                task = task._replace(deaths=task.deaths + 1)
                if task.deaths > self.retries:
                    self._deliver(task, (False, WorkerDied(obituary(death, task))))
                else:
                    self._again.append(task)
            # One that ends by itself will do so again; one that is killed may be luckier the next time.
            killed = member.was_killed() and not member.overdue
            if self._stillborn > (20 if killed else max(2, self.size)):
                self._give_up(death, member.error)
                return
        self._replace(member)

    def _give_up(self, death: Death, cause: Exception | None) -> None:
        """No worker can even start: says so to everybody who waits or will wait."""
        self.state, self._cause = "stopped", cause
        why = (
            "look at what was printed above, at the pool's initializer, and, in a script, that the pool is made under "
            'if __name__ == "__main__":.'
        )
        if cause is not None:
            why = "the pool's initializer raised " + "".join(traceback.format_exception_only(cause)).strip()
        self._reason = (
            f"worker {death.seat} (process {death.pid}) {death.reason} before it could take a task, and so did "
            f"{self._stillborn - 1} others: {why}"
        )

    def _replace(self, member: Worker) -> None:
        member.connection.close()
        self._hire(member.seat)

    def _hire(self, seat: int) -> None:
        seed = np.random.SeedSequence(self.seeds.entropy, spawn_key=(seat, self._hired[seat]))
        self._hired[seat] += 1
        with _hiring:
            new = self._start(seat, seed)
        others = [member for member in self.workers if member.seat != seat]
        self.workers = sorted([*others, new], key=lambda member: member.seat)  # other threads always see all seats

    def _start(self, seat: int, seed: np.random.SeedSequence) -> Worker:
        ours, theirs = multiprocessing.Pipe()
        setup = Setup(seat, seed, self.method, self.initializer, self.max_tasks)
        others = [member.connection for member in self.workers if not member.connection.closed]
        inherited = [*others, ours] if self.method == "fork" else []
        process = self.context.Process(  # type: ignore[attr-defined]
            target=worker.run, args=(theirs, setup, inherited), name=f"sgdkit-worker-{seat}", daemon=True
        )
        try:
            with warnings.catch_warnings():
                # From 3.12 on a fork beside other threads warns: the child has their locks, but not them. `worker.run`
                # takes none that the kit knows of. What is left is a main thread deep in threaded BLAS while a worker
                # is replaced; `fit` computes with one thread, spawn and forkserver do not have that trouble, and a fork
                # that hangs for it is killed and tried again.
                warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
                with without_ctrl_c(self.method):
                    process.start()
        except BaseException:
            if process.pid is not None:
                process.kill()
                process.join()
            ours.close()
            raise
        finally:
            theirs.close()  # now only the worker holds it: its death ends the pipe
        member = Worker(process, ours, seat)
        member.deadline = time.monotonic() + _TIME_TO_BE_BORN[self.method]
        return member

    def _end(self) -> None:
        """Ends all workers, and answers everybody who still waits."""
        for member in self.workers:
            if self.state == "stopped":
                member.process.kill()
            else:
                try:
                    member.connection.send_bytes(worker.STOP)
                except OSError:  # it has ended by itself
                    continue
        for member in self.workers:
            member.process.join(5.0)
            if member.process.is_alive():
                member.process.kill()
                member.process.join()
            member.connection.close()
        with self._ending:
            self.state, self._ended = "stopped", True
        for call in self._calls:
            call.drop()
        self._fail_all()
        self._wake_up.close()
        self._bell.close()

    def _fail_all(self) -> None:
        with self._ending:  # not two threads the same ones
            for result in list(self.results.values()):
                died = WorkerDied(self._reason)
                died.__cause__ = self._cause
                fail(result, died)


def _pending(connection: Connection) -> bool:
    try:
        return connection.poll()
    except OSError:
        return False


def _load(message: bytes) -> tuple[bool, Any]:
    try:
        loaded: tuple[bool, Any] = cloudpickle.loads(message)
        return loaded
    except Exception as error:  # a result whose class cannot be made again here
        return False, error
