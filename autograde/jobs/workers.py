"""Jobs in processes of this machine. A process that dies costs its own job only, and none outlives the grader."""

import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import psutil

from autograde.errors import CourseError

#: How often a job is begun before it is given up, because its process died each time.
TRIES = 2

#: How many processes may end before they have taken a job, until that is no accident.
STILLBORN = 5

#: Jobs after which a process makes place for a new one: libraries keep a little memory of each.
LIFE = 100

#: From bytes to bytes, in a process that imports it by its name.
Work = Callable[[bytes], bytes]


class Workers:
    """Up to ``number`` processes. As a context it ends them all, whatever they do at that moment."""

    def __init__(self, work: Work, number: int) -> None:
        # spawn: a fork would copy the event loops and sockets that kernels need, and the gradebook's connection.
        self._context = get_context("spawn")
        self._work, self._number = work, number
        self._workers: list[Worker] = []

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.join()

    def pids(self) -> list[int]:
        """The processes that there are now."""
        return [worker.process.pid for worker in self._workers if worker.process.pid]

    def run(self, jobs: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes | None]]:
        """Do all jobs, and give each one's name and result as it is done; None where its process died twice.

        A job is taken from ``jobs`` when a process is free for it. Raises CourseError where no process will start.
        """
        stillborn = 0
        again: list[tuple[str, bytes, int]] = []
        fresh = ((name, job, 1) for name, job in jobs)
        waiting = next(fresh, None)
        while waiting or any(worker.task for worker in self._workers):
            if waiting and len(self._workers) < self._number and not any(w.free for w in self._workers):
                self._workers.append(Worker(self._context, self._work))
            for worker in self._workers:
                if worker.free and waiting:
                    worker.give(waiting)
                    waiting = again.pop() if again else next(fresh, None)
            if waiting and len(self._workers) < self._number:
                continue
            for worker in _news(self._workers):
                result = worker.take()
                if result is not None:
                    assert worker.task
                    name, worker.task = worker.task[0], None
                    worker.done += 1
                    worker.dead = worker.dead or worker.done >= LIFE
                    yield name, result
                if not worker.dead:
                    continue
                self._workers.remove(worker)
                worker.join()
                stillborn += not worker.ready
                if stillborn >= STILLBORN:
                    raise CourseError(
                        f"{stillborn} grading processes ended before they had begun: there may be too little memory "
                        "(try --jobs 1), or the environment is damaged (try python -c 'import autograde.jobs.job')."
                    )
                if worker.task and worker.task[2] >= TRIES:
                    yield worker.task[0], None
                elif worker.task:
                    name, job, tries = worker.task
                    again.append((name, job, tries + 1))
            if not waiting:
                waiting = again.pop() if again else next(fresh, None)


def _news(workers: list["Worker"]) -> list["Worker"]:
    """Wait until a process says something or ends; those of which there is news."""
    of = {worker.connection: worker for worker in workers} | {worker.process.sentinel: worker for worker in workers}
    found = wait(list(of))
    return list(dict.fromkeys(of[one] for one in found))


class Worker:
    """One process: ready when it has said so once, then one job at a time."""

    def __init__(self, context: object, work: Work) -> None:
        self.task: tuple[str, bytes, int] | None = None
        self.ready = self.dead = False
        self.done = 0
        # Made by the process, which is sure to take it away. Short, for a socket's path may have about 100 characters.
        self._folder = os.path.join(tempfile.gettempdir(), f"sg-{secrets.token_hex(4)}")
        self.connection, theirs = context.Pipe()  # type: ignore[attr-defined]
        # Nobody writes on it: it ends when this process does, however that ends.
        ends, self._lifeline = context.Pipe(duplex=False)  # type: ignore[attr-defined]
        self.process: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=serve, args=(work, theirs, ends, self._folder), daemon=True, name="grading"
        )
        self.process.start()
        theirs.close()
        ends.close()

    @property
    def free(self) -> bool:
        """Whether it can be given a job."""
        return self.ready and not self.dead and self.task is None

    def give(self, task: tuple[str, bytes, int]) -> None:
        """Send it a job: a name, the job, and which try this is."""
        self.task = task
        try:
            self.connection.send_bytes(task[1])
        except OSError:
            self.dead = True

    def take(self) -> bytes | None:
        """The result that it has sent, if it has; notes when it is ready, and when it is dead."""
        try:
            if self.connection.poll():
                result: bytes = self.connection.recv_bytes()
                if self.ready:
                    return result
                self.ready = True
            elif not self.process.is_alive():
                self.dead = True
        except (EOFError, OSError):
            self.dead = True
        return None

    def end(self) -> None:
        """Have it end at once, with its kernels."""
        self._lifeline.close()
        self.connection.close()

    def join(self) -> None:
        """Wait until it has ended, and clear away what it left."""
        self.end()
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        shutil.rmtree(self._folder, ignore_errors=True)


def serve(work: Work, connection: Connection, ends: Connection, folder: str) -> None:
    """What a worker process does."""
    # Ctrl-C reaches it, too; the grader decides. A handler, for kernels would inherit that it is ignored.
    signal.signal(signal.SIGINT, lambda *_: None)
    os.mkdir(folder, 0o700)
    tempfile.tempdir = folder
    threading.Thread(target=_end_with, args=(ends, folder), daemon=True).start()
    try:
        connection.send_bytes(b"ready")
        while True:
            connection.send_bytes(work(connection.recv_bytes()))
    except (EOFError, OSError):
        pass  # the grader is gone, and so is this process in a moment
    _end(folder)


def _end_with(ends: Connection, folder: str) -> None:
    """End this process and all below it when the grader's end of the pipe is closed, be it by SIGKILL."""
    wait([ends])
    _end(folder)


def _end(folder: str) -> None:
    try:
        for process in psutil.Process().children(recursive=True):
            try:
                process.kill()
            except psutil.Error:
                pass
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(0)
