"""`Pool`: Python's `multiprocessing.Pool`, made to work in a notebook.

It is used like the original (docs.python.org, multiprocessing.pool.Pool) and is a subclass of it. It differs where
the original hangs or surprises:

- functions, lambdas and closures from a notebook cell work with every start method, whether they were defined
  before the pool or after it, and always as they are *now*, with the globals of now;
- a worker that is killed is replaced and its task run again; a task that kills workers again and again raises
  `WorkerDied`;
- an exception that cannot be pickled still says what and where it was;
- each worker has its own random stream, and one BLAS thread;
- Ctrl-C or the notebook's stop button ends the call and leaves the pool usable; nothing outlives the master.

How: each worker has a pipe of its own (`worker.py`), and one thread of the master hands out the tasks
(`dispatcher.py`).
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.pool
import multiprocessing.util
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.context import BaseContext
from multiprocessing.pool import ApplyResult, _helper_reraises_exception  # type: ignore[attr-defined]
from numbers import Integral
from typing import Any

from .dispatcher import Dispatcher
from .feeder import Feed, Listed, Task
from .member import Death, WorkerDied
from .results import Applied, Iterated, Mapped
from .shipping import Shipped, assigned_globals

__all__ = ["Pool", "WorkerDied"]

# Windows waits for 63 things at once: for the pool's own bell, and for the pipe and the end of each worker.
MOST_WORKERS = 31 if sys.platform == "win32" else 1_000_000


class Pool(multiprocessing.pool.Pool):
    """A pool of worker processes.

    processes: how many workers; by default as many as this process may use cores. At most 31 on Windows.
    initializer, initargs, maxtasksperchild, context: as in multiprocessing.Pool. A Lock, Value, RawArray or Queue gets
    to the workers by initargs; an initializer of a notebook keeps it in a global, which may have its own name.
    start_method: "fork", "spawn" or "forkserver"; by default Python's own for this system.
    seed: of the workers' random streams; by default fresh ones.
    retries: how often a task whose worker died is run again before it raises WorkerDied.
    Raises ValueError for an impossible number or start method.

    Random numbers: each worker has its own stream for np.random and for the module random, and its own for each
    generator (np.random.Generator, RandomState, random.Random) that a notebook's function uses from outside, say a
    global `rng`: the master's state would give all workers the same numbers. A worker goes on with its stream from call
    to call; it begins a new one when the master's generator was made anew (`rng = np.random.default_rng(1)`) or has
    moved on, the same one for the same state, seat and `seed`. A generator that is an argument stays as it is.
    """

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: BaseContext | None = None,
        *,
        start_method: str | None = None,
        seed: int | None = None,
        retries: float = 3,
    ) -> None:
        self._state = "INIT"  # what the parent's __del__ looks at, should we not get any further
        if processes is None:
            processes = min(available_cores(), MOST_WORKERS)
        _check_count("processes", processes)
        _check_count("maxtasksperchild", maxtasksperchild)
        if processes > MOST_WORKERS:
            raise ValueError(
                f"processes is {processes}: Windows lets a pool look after at most {MOST_WORKERS} workers, "
                "so give that or fewer."
            )
        if multiprocessing.current_process().daemon:
            raise AssertionError(
                "this is a worker process of a pool, and those may not start processes of their own: compute here "
                'without a pool (SyncSGD has engine="serial").'
            )
        if initializer is not None and not callable(initializer):
            raise TypeError(f"initializer is {initializer!r}: give a function.")
        self._ctx = context_of(start_method) if context is None else context
        self._processes = processes
        self._initialised = assigned_globals(initializer)
        self._cache: dict[int, ApplyResult[Any]] = {}
        self._dispatcher = Dispatcher(
            self._ctx, processes, (initializer, tuple(initargs)), maxtasksperchild, seed, retries, self._cache
        )
        self._taskqueue = _TaskQueue(self._dispatcher, ahead=2 * processes)
        self._state = multiprocessing.pool.RUN
        self._finalizer = multiprocessing.util.Finalize(self, self._dispatcher.stop, exitpriority=15)

    def _map_async(
        self,
        func: Any,
        iterable: Any,
        mapper: Any,
        chunksize: int | None = None,
        callback: Any = None,
        error_callback: Any = None,
    ) -> Any:
        self._check_running()  # type: ignore[attr-defined]
        _check_count("chunksize", chunksize)
        if not isinstance(iterable, list | tuple | range):  # somebody's code, to be run by whoever calls
            iterable = list(iterable)
        chunksize = min(len(iterable), chunksize or -(-len(iterable) // (4 * self._processes)))
        batches = self._get_tasks(self._ship(func), iterable, chunksize)  # type: ignore[attr-defined]
        result = Mapped(self, chunksize, len(iterable), callback, error_callback)
        self._taskqueue.put((self._guarded_task_generation(result._job, mapper, batches), None))  # type: ignore[attr-defined]
        return result

    def map(self, func: Any, iterable: Any, chunksize: int | None = None) -> list[Any]:
        """[func(item) for item in iterable], computed by the workers; blocks until all are there."""
        return self.map_async(func, iterable, chunksize).get()

    def starmap(self, func: Any, iterable: Any, chunksize: int | None = None) -> list[Any]:
        """[func(*item) for item in iterable], computed by the workers."""
        return self.starmap_async(func, iterable, chunksize).get()

    def apply(self, func: Any, args: Any = (), kwds: Any = None) -> Any:
        """func(*args, **kwds), computed by one worker."""
        return self.apply_async(func, args, kwds).get()

    def apply_async(
        self, func: Any, args: Any = (), kwds: Any = None, callback: Any = None, error_callback: Any = None
    ) -> Any:
        """Like apply, but returns an AsyncResult at once. Ctrl-C in its get or wait ends the call."""
        self._check_running()  # type: ignore[attr-defined]
        try:
            args = tuple(args)
        except TypeError:
            raise TypeError(f"args is {args!r}: give a tuple of the function's arguments, (x,) for one.") from None
        shipped = self._ship(func)
        result: Any = Applied(self, callback, error_callback)
        self._taskqueue.put(([(result._job, 0, shipped, args, {} if kwds is None else kwds)], None))
        return result

    def imap(self, func: Any, iterable: Any, chunksize: int | None = 1) -> Any:
        """Like map, but an iterator: each result in its turn as soon as it is there.

        The iterable is read in a thread, no further ahead than two tasks for each worker. chunksize: so many items
        make one task; by default one.
        """
        return self._iterate(super().imap, func, iterable, chunksize)

    def imap_unordered(self, func: Any, iterable: Any, chunksize: int | None = 1) -> Any:
        """Like imap, in the order in which the results arrive."""
        return self._iterate(super().imap_unordered, func, iterable, chunksize)

    def _iterate(self, begin: Any, func: Any, iterable: Any, chunksize: int | None) -> Iterated:
        _check_count("chunksize", chunksize)
        size = 1 if chunksize is None else chunksize
        begin(self._ship(func), iterable, size)
        results = self._taskqueue.last.results
        return Iterated(results, size != 1, lambda: self._dispatcher.abandon(results._job))

    def _ship(self, function: Any) -> Shipped:
        """Pickles the function now, so that the workers use it as it is now."""
        if not callable(function):
            raise TypeError(f"{function!r} cannot be called: give the pool a function.")
        return Shipped(function, self._initialised)

    @property
    def pids(self) -> list[int]:
        """The process numbers of the workers, in the order of their seats."""
        return [member.process.pid or 0 for member in list(self._dispatcher.workers)]

    @property
    def deaths(self) -> list[Death]:
        """The workers that ended without being told to, in order of time."""
        return list(self._dispatcher.deaths)

    @property
    def _pool(self) -> list[Any]:
        return [member.process for member in list(self._dispatcher.workers)]

    def close(self) -> None:
        """No more tasks; the workers end when those under way are done."""
        if self._state == multiprocessing.pool.RUN:
            self._state = multiprocessing.pool.CLOSE
            self._dispatcher.close()

    def terminate(self) -> None:
        """Ends the workers now."""
        self._state = multiprocessing.pool.TERMINATE
        self._finalizer()

    def join(self) -> None:
        """Waits until the workers have ended; call close or terminate first."""
        if self._state == multiprocessing.pool.RUN:
            raise ValueError("Pool is still running: call close() or terminate() before join().")
        self._dispatcher.thread.join()


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def context_of(start_method: str | None) -> BaseContext:
    """multiprocessing's context of that name; ValueError with the possible names where there is none."""
    possible = multiprocessing.get_all_start_methods()
    if start_method is not None and start_method not in possible:
        raise ValueError(f"start method {start_method!r} does not exist here: choose one of {', '.join(possible)}.")
    # get_context(None) would be a context whose method can still change.
    return multiprocessing.get_context(start_method or multiprocessing.get_start_method())


def _check_count(name: str, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, Integral) or value < 1):
        raise ValueError(f"{name} is {value!r}: give a whole number of at least 1.")


class _TaskQueue:
    """Where the parent's methods put the tasks of a call: here they go on to the dispatcher."""

    def __init__(self, dispatcher: Dispatcher, ahead: int) -> None:
        self._dispatcher, self._ahead = dispatcher, ahead
        self.last = threading.local()  # of each thread: the results of its last imap

    def put(self, item: tuple[Iterable[tuple[Any, ...]], Callable[[int], None] | None]) -> None:
        tasks, set_length = item
        if set_length is None:
            self._dispatcher.submit(Listed(Task(*task) for task in tasks))
        else:
            self.last.results = set_length.__self__  # type: ignore[attr-defined]
            self._dispatcher.submit(Feed(self._counted(self.last.results._job, tasks), self._ahead))

    def _counted(self, job: int, tasks: Iterable[tuple[Any, ...]]) -> Iterator[Task]:
        number = 0
        try:
            for task in tasks:
                number += 1
                yield Task(*task)
        except (SystemExit, KeyboardInterrupt) as error:  # the parent sees to the Exceptions of the caller's iterable
            yield Task(job, number, _helper_reraises_exception, (error,), {})
            number += 1
        self._dispatcher.settle(job, number)
