"""Functions on their way to the workers of a `sgdkit.Pool`: as they are now, by value where a notebook defined them.

cloudpickle does nearly all of it; what a pool needs beyond that is here.
"""

from __future__ import annotations

import functools
import hashlib
import io
import sys
from collections.abc import Callable
from typing import Any

import cloudpickle

functions: dict[bytes, Callable[..., Any]] = {}  # in a worker: the function it was sent last, by its digest


class Shipped:
    """A function as it was when `map` was called, pickled by value where it was defined in a notebook.

    It is pickled once and sent to a worker once; the worker recognises it by its digest.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = getattr(function, "__name__", type(function).__name__)
        try:
            self.code = dumps(function)
        except Exception as error:
            raise TypeError(
                f"{self.name} cannot be sent to the workers, because it uses something that cannot be pickled "
                f"({error}): pass plain data as arguments instead of using it from outside the function."
            ) from error
        self.digest = hashlib.sha256(self.code).digest()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[bytes]]:
        return _known_function, (self.digest,)


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
    """cloudpickle's, which sends a notebook's functions by value; this one its memoised functions too."""

    def reducer_override(self, thing: Any) -> Any:
        """See pickle.Pickler.reducer_override."""
        if type(thing) is functools._lru_cache_wrapper and not _importable(thing):
            return _memoised, (thing.cache_parameters(), thing.__wrapped__)
        return super().reducer_override(thing)


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
