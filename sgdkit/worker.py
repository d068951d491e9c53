"""What runs inside a worker process of `sgdkit.Pool`: receive a task, compute, send the result.

A worker talks with the master through one pipe of its own. The plain Pool's workers share one queue and its
lock, and a worker that is killed while it holds that lock stops all the others for ever.
"""

from __future__ import annotations

import contextlib
import inspect
import multiprocessing
import os
import pickle
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.pool import ExceptionWithTraceback, MaybeEncodingError  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import cloudpickle
import numpy as np
from threadpoolctl import threadpool_limits

from . import shipping
from .shipping import ByValue, assigned_globals, dumps, functions

BORN, READY, STOP = b"born", b"ready", b"stop"
_COMPARED = 1_000_000  # bytes of a global, to see whether an initializer has filled it
_BLAS_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


_kept: dict[str, Any] = {}  # in a worker: the notebook's globals that its initializer has set


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
    if hasattr(signal, "pthread_sigmask"):  # until here the dispatcher has kept it from us
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
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
    shipping.seed = setup.seed
    with contextlib.suppress(OSError):  # the master has gone, as will be seen below
        connection.send_bytes(BORN)
    try:
        _initialise(*setup.initializer.content)
    except Exception as error:
        with contextlib.suppress(OSError):
            connection.send_bytes(dumps((False, Raised(error))))
        raise  # so that it is printed, and this process ends
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
    names = getattr(initializer, "__globals__", {})
    if initializer is None:
        return
    if names.get("__name__") != "__main__":  # the functions of a module share its globals in any case
        initializer(*arguments)
        return
    before, assigned = dict(names), assigned_globals(initializer)
    contents = {name: _content(value) for name, value in _used_globals(initializer).items()}
    initializer(*arguments)
    for name, value in names.items():
        if (
            before.get(name, names) is not value
            or (name in contents and contents[name] != _content(value))
            or (name in assigned and _content(value) is None)  # a Lock, say, without which the functions are sent
        ):
            _kept[name] = value


def _used_globals(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return inspect.getclosurevars(function).globals
    except TypeError:  # not a function written in Python
        return {}


def _content(value: Any) -> bytes | None:
    """What an object holds, to see whether it was filled in place; None where that cannot be told.

    Only the first million bytes count, so that big data cost nothing: whoever changes a big global further back only
    must assign it.
    """
    beginning = _Beginning()
    try:
        cloudpickle.dump(value, beginning)
    except _Enough:
        pass
    except Exception:  # whatever pickling of somebody's object raises
        return None
    return bytes(beginning.kept)


class _Enough(Exception):
    """There is no need to write any more."""


class _Beginning:
    """A file that keeps only the beginning of what is written to it."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def write(self, data: Any) -> int:
        plain = data.raw() if isinstance(data, pickle.PickleBuffer) else memoryview(data).cast("B")
        self.kept += plain[: _COMPARED - len(self.kept)]
        if len(self.kept) >= _COMPARED:
            raise _Enough
        return len(plain)


def _learn(function: Any) -> Any:
    """Gives a notebook's function what the initializer has set in the notebook's globals."""
    inner = function
    while (within := getattr(inner, "func", getattr(inner, "__wrapped__", None))) is not None:
        inner = within  # a partial's function, or what a decorator wraps
    names = getattr(inner, "__globals__", {})
    if names.get("__name__") == "__main__":
        names.update(_kept)
    return function


def _answer(message: bytes) -> bytes:
    """Computes one task: pickled (the function, if it is a new one; the task) -> pickled (succeeded, value)."""
    try:
        shipped, task = cloudpickle.loads(message)
        if shipped is not None:
            digest, code = shipped
            functions.clear()
            try:
                functions[digest] = _learn(cloudpickle.loads(code))
            except Exception as error:
                functions[digest] = _Unloadable(error)
        function, args, kwargs = cloudpickle.loads(task)
        result = (True, function(*args, **kwargs))
    except Exception as error:  # whatever the task raises belongs to the caller
        result = (False, Raised(error))
    finally:
        _flush()
    try:
        return dumps(result)
    except Exception as error:
        return dumps((False, MaybeEncodingError(error, result[1])))


class UnpicklableError(MaybeEncodingError):  # type: ignore[misc]
    """Stands for an exception of a worker that cannot be pickled, or not be made again from its pickle.

    Its text has the name and the message of that exception; its cause has the worker's traceback.
    """

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)

    def __str__(self) -> str:
        return str(self.args[0])

    __repr__ = Exception.__repr__


class Raised:
    """An exception on its way to the master, with its traceback, and what to raise if it does not survive that."""

    def __init__(self, error: Exception) -> None:
        brief = "".join(traceback.format_exception_only(error)).strip()
        with_trace = ExceptionWithTraceback(error, error.__traceback__)
        self._code: bytes | None = None
        with contextlib.suppress(Exception):  # whatever pickling of somebody's exception raises
            self._code = dumps(with_trace)
        with_trace.exc = UnpicklableError(f"{brief} (raised in a worker; the exception itself cannot be pickled)")
        self._instead = with_trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes | None, ExceptionWithTraceback]]:
        return _made_again, (self._code, self._instead)


def _made_again(code: bytes | None, instead: Exception) -> Exception:
    """In the master: the exception, or the one that stands for it."""
    if code is not None:
        with contextlib.suppress(Exception):  # a class whose __init__ wants more than it keeps in args
            made: Exception = cloudpickle.loads(code)
            return made
    return instead


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
