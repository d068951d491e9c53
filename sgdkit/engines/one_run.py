"""An engine computes for one run at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Options = ParamSpec("Options")
Result = TypeVar("Result")

_training: set[int] = set()  # the ids of the engines of all runs under way
_looking = threading.Lock()


def one_run_at_a_time(fit: Callable[Concatenate[Any, Options], Result]) -> Callable[Concatenate[Any, Options], Result]:
    """A `fit` that is refused with a RuntimeError while a run of the same engine is under way.

    Its workers would wait for the outer run, and the outer run, whose callback called `fit`, for them.
    """

    @wraps(fit)
    def alone(trainer: Any, *args: Options.args, **kwargs: Options.kwargs) -> Result:
        engine = trainer.engine
        with _looking:
            if id(engine) in _training:
                raise RuntimeError(
                    "fit was called while a run on the same engine is under way, in a callback or in another thread: "
                    "wait for the end of that run, or make a second trainer with an engine of its own."
                )
            _training.add(id(engine))
        try:
            return fit(trainer, *args, **kwargs)
        finally:
            _training.discard(id(engine))

    return alone
