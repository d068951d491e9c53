"""Functions on their way to the workers of a `sgdkit.Pool`: as they are now, by value where a notebook defined them.

cloudpickle does nearly all of it; what a pool needs beyond that is here.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import io
import itertools
import pickle
import random
import sys
from collections import ChainMap
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import cloudpickle
import numpy as np

functions: dict[bytes, Callable[..., Any]] = {}  # in a worker: the function it was sent last, by its digest


class Shipped:
    """A function as it was when `map` was called, pickled by value where it was defined in a notebook.

    It is pickled once and sent to a worker once; the worker recognises it by its digest.
    initialised: the notebook's globals that a worker has from its initializer, and so need not be sent.
    """

    def __init__(self, function: Callable[..., Any], initialised: frozenset[str] = frozenset()) -> None:
        self.name = getattr(function, "__name__", type(function).__name__)
        try:
            self.code = _code_of(function, initialised)
        except Exception as error:  # whatever pickling of somebody's objects raises
            advice = "pass plain data as arguments instead of using it from outside the function."
            if "inheritance" in str(error):  # what multiprocessing says of its Locks, Values, RawArrays and Queues
                advice = "hand it to the pool's initializer, which keeps it in a global: Pool(initializer=, initargs=)."
            raise TypeError(
                f"{self.name} cannot be sent to the workers, because it uses something that cannot be pickled "
                f"({error}): {advice}"
            ) from error
        self.digest = hashlib.sha256(self.code).digest()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes]]:
        return _known_function, (self.digest,)


def _code_of(function: Callable[..., Any], initialised: frozenset[str]) -> bytes:
    try:
        return dumps(function, _CodePickler)
    except Exception:  # tried again without the globals that an initializer has set
        if not initialised:
            raise
        return dumps(function, functools.partial(_CodePickler, left_out=initialised))


def assigned_globals(function: Any) -> frozenset[str]:
    """The globals of a notebook that this function of the notebook assigns (`global lock; lock = ...`)."""
    code, names = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    if code is None or names.get("__name__") != "__main__":
        return frozenset()
    return frozenset(step.argval for step in dis.get_instructions(code) if step.opname == "STORE_GLOBAL")


def _known_function(digest: bytes) -> Callable[..., Any]:
    return functions[digest]


class ByValue:
    """Carries a notebook's own initializer, and whatever it is given, to a process that is being started."""

    def __init__(self, content: Any) -> None:
        self.content = content

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes]]:
        return _unpack, (dumps(self.content),)


def _unpack(code: bytes) -> ByValue:
    return ByValue(cloudpickle.loads(code))


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """cloudpickle's, which sends a notebook's functions by value; this one its memoised functions too.

    And it knows what multiprocessing's own pickler knows: how to hand over a RawArray, say, to a process that starts.
    """

    dispatch_table = ChainMap(cloudpickle.Pickler.dispatch_table, ForkingPickler._extra_reducers)  # type: ignore[attr-defined]

    def reducer_override(self, thing: Any) -> Any:
        """See pickle.Pickler.reducer_override."""
        if type(thing) is functools._lru_cache_wrapper and not _importable(thing):
            return _memoised, (thing.cache_parameters(), thing.__wrapped__)
        return super().reducer_override(thing)


class _CodePickler(_Pickler):
    """For functions: their random generators become the workers' own, or all workers would draw the same numbers.

    left_out: globals of a notebook that its functions are sent without.
    """

    def __init__(self, file: io.BytesIO, left_out: frozenset[str] = frozenset()) -> None:
        super().__init__(file)
        self._left_out = left_out

    def reducer_override(self, thing: Any) -> Any:
        """See pickle.Pickler.reducer_override."""
        if thing is random._inst:  # type: ignore[attr-defined]  # where `from random import gauss` comes from
            return getattr, (random, "_inst")
        if thing is np.random.mtrand._rand:
            return getattr, (np.random.mtrand, "_rand")
        if type(thing) in (np.random.Generator, np.random.RandomState, random.Random):
            return _reduce_generator(thing)
        reduced = super().reducer_override(thing)
        if isinstance(thing, FunctionType) and isinstance(reduced, tuple) and thing.__module__ == "__main__":
            names = reduced[2][1]["__globals__"]  # see cloudpickle's _function_getstate
            for name in self._left_out & names.keys():
                del names[name]
        return reduced


def dumps(thing: Any, pickler: Callable[[io.BytesIO], Any] = _Pickler) -> bytes:
    """Like cloudpickle.dumps."""
    with io.BytesIO() as file:
        pickler(file).dump(thing)
        return file.getvalue()


def _importable(function: Any) -> bool:
    """Whether another process finds this very function under its name."""
    found: Any = sys.modules.get(function.__module__)
    for name in getattr(function, "__qualname__", "?").split("."):
        found = getattr(found, name, None)
    return found is function and function.__module__ != "__main__"


def _memoised(parameters: dict[str, Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a cache of its own, as functools.lru_cache makes it."""
    return functools.lru_cache(**parameters)(function)


# In the master: a number for each generator. Those of numpy take no weak references, but their locks do.
_numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
_next_number = itertools.count()


def _reduce_generator(generator: Any) -> tuple[Callable[..., Any], tuple[type, type | None, int, bytes]]:
    bits = getattr(generator, "_bit_generator", None)  # numpy's
    number = _numbers.setdefault(generator if bits is None else bits.lock, next(_next_number))
    state = hashlib.sha256(pickle.dumps(generator)).digest()
    return _own_generator, (type(generator), None if bits is None else type(bits), number, state)


seed = np.random.SeedSequence()  # in a worker: what its random streams come from
_MOST_GENERATORS = 1000
_generators: dict[tuple[int, bytes], Any] = {}  # in a worker: its own ones for those of the master


def _own_generator(kind: Any, bits: Any, number: int, state: bytes) -> Any:
    """In a worker: its own generator for that of the master with this number, in this state.

    A function that is sent again finds the one that it used before and draws on from it. Where the master's generator
    has moved on or was made anew the worker's is a new one, made from the worker's seed and the master's state.
    """
    if (number, state) not in _generators:
        own = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, int.from_bytes(state)))
        _generators[number, state] = kind(bits(own) if bits else own.generate_state(8).tobytes())
        if len(_generators) > _MOST_GENERATORS:  # the oldest one goes
            del _generators[next(iter(_generators))]
    return _generators[number, state]
