"""What runs inside a worker process of `sgdkit.Pool`: receive a task, compute, send the result.

A worker talks with the master through one pipe of its own. The plain Pool's workers share one queue and its
lock, and a worker that is killed while it holds that lock stops all the others for ever.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import multiprocessing
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.pool import ExceptionWithTraceback, MaybeEncodingError  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import cloudpickle
import numpy as np
from threadpoolctl import threadpool_limits

BORN, READY, STOP = b"born", b"ready", b"stop"
_BLAS_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Shipped:
    """A function as it was when `map` was called, pickled by value where it was defined in a notebook.

    It is pickled once and sent to a worker once; the worker recognises it by its digest.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = getattr(function, "__name__", type(function).__name__)
        try:
            self.code = cloudpickle.dumps(function)
        except Exception as error:
            raise TypeError(
                f"{self.name} cannot be sent to the workers, because it uses something that cannot be pickled "
                f"({error}): pass plain data as arguments instead of using it from outside the function."
            ) from error
        self.digest = hashlib.sha256(self.code).digest()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes]]:
        return _known_function, (self.digest,)


_functions: dict[bytes, Callable[..., Any]] = {}  # in a worker: the function it was sent last
_kept: dict[str, Any] = {}  # in a worker: the notebook's globals that its initializer has set


def _known_function(digest: bytes) -> Callable[..., Any]:
    return _functions[digest]


class ByValue:
    """Carries a notebook's own initializer, and whatever it is given, to a process that is being started."""

    def __init__(self, content: Any) -> None:
        self.content = content

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes]]:
        return _unpack, (cloudpickle.dumps(self.content),)


def _unpack(code: bytes) -> ByValue:
    return ByValue(cloudpickle.loads(code))


class Setup(NamedTuple):
    """How a worker starts: its place in the pool, its random stream, the user's initializer, its life span."""

    seat: int
    seed: np.random.SeedSequence
    start_method: str
    initializer: ByValue  # of (function or None, arguments)
    max_tasks: int | None


def run(connection: Connection, setup: Setup, inherited: list[Connection]) -> None:
    """The life of a worker process. inherited: the master's pipe ends that a fork copied into this process."""
    for copy in inherited:
        copy.close()
    # Ctrl-C reaches the whole group of processes; what it means for a worker is the master's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_master, args=(setup.start_method,), daemon=True).start()
    # One BLAS thread a worker: two in each of two workers on two cores are 10 to 90 times slower.
    os.environ.update(dict.fromkeys(_BLAS_VARIABLES, "1"))
    threadpool_limits(1)
    # A fork copies the parent's streams: without this all workers draw the same numbers.
    # Not np.random.seed: it takes a lock that a fork may have copied while another thread held it.
    generator = np.random.MT19937()
    generator._legacy_seeding(setup.seed.generate_state(4))
    np.random.set_bit_generator(generator)  # type: ignore[attr-defined]
    random.seed(setup.seed.generate_state(4).tobytes())
    with contextlib.suppress(OSError):  # the master has gone, as will be seen below
        connection.send_bytes(BORN)
    _initialise(*setup.initializer.content)
    try:
        connection.send_bytes(READY)
        done = 0
        while setup.max_tasks is None or done < setup.max_tasks:
            message = connection.recv_bytes()
            if message == STOP:
                break
            connection.send_bytes(_answer(message))
            done += 1
    except (EOFError, OSError):  # the master has gone
        os._exit(1)


def _initialise(initializer: Callable[..., Any] | None, arguments: tuple[Any, ...]) -> None:
    """Runs the user's initializer and keeps the globals that it sets or fills, which is what initializers are for.

    Functions of a notebook arrive by value, each with globals of its own: they are given these (see `_learn`).
    """
    if initializer is None:
        return
    names = getattr(initializer, "__globals__", {})
    before = dict(names)
    contents = {name: _content(value) for name, value in _used_globals(initializer).items()}
    initializer(*arguments)
    if names.get("__name__") == "__main__":
        for name, value in names.items():
            if before.get(name, names) is not value or (name in contents and contents[name] != _content(value)):
                _kept[name] = value


def _used_globals(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return inspect.getclosurevars(function).globals
    except TypeError:  # not a function written in Python
        return {}


def _content(value: Any) -> bytes | None:
    """What an object holds, to see whether it was filled in place; None where that cannot be told."""
    try:
        return cloudpickle.dumps(value)
    except Exception:  # whatever pickling of somebody's object raises
        return None


def _learn(function: Any) -> Any:
    """Gives a notebook's function what the initializer has set in the notebook's globals."""
    names = getattr(getattr(function, "func", function), "__globals__", {})
    if names.get("__name__") == "__main__":
        names.update(_kept)
    return function


def _answer(message: bytes) -> bytes:
    """Computes one task: pickled (the function, if it is a new one; the task) -> pickled (succeeded, value)."""
    try:
        shipped, task = cloudpickle.loads(message)
        if shipped is not None:
            digest, code = shipped
            _functions.clear()
            try:
                _functions[digest] = _learn(cloudpickle.loads(code))
            except Exception as error:
                _functions[digest] = _Unloadable(error)
        function, args, kwargs = cloudpickle.loads(task)
        result = (True, function(*args, **kwargs))
    except Exception as error:  # whatever the task raises belongs to the caller
        result = (False, ExceptionWithTraceback(error, error.__traceback__))
    finally:
        _flush()
    try:
        return cloudpickle.dumps(result)
    except Exception as error:
        value = result[1].exc if isinstance(result[1], ExceptionWithTraceback) else result[1]
        return cloudpickle.dumps((False, MaybeEncodingError(error, value)))


class _Unloadable:
    """Stands for a function that could not be loaded here: every call says why."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise self._error


def _flush() -> None:
    """What a task prints is seen when the task ends, not when the worker does."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # no console, or one that is closed
            continue


def _end_with_master(start_method: str) -> None:
    """A worker must not outlive its master, even one that was killed and could tell nobody."""
    master = multiprocessing.parent_process()
    assert master is not None
    parent = os.getppid()
    while not wait([master.sentinel], timeout=1.0):
        # Sisters forked later hold a copy of the sentinel's pipe; the parent's number is the second witness.
        # Under forkserver the parent is the server.
        if start_method != "forkserver" and os.getppid() != parent:
            break
    os._exit(1)
