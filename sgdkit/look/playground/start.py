"""`playground()`: opens one, closes the one before it, and makes do without a notebook."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

from ...optimizers import Optimizer
from ...sync import Average, Split
from ...types import Vector
from .canvas import Canvas
from .own import Own, arguments_of
from .problem import Problems
from .runner import Runner
from .settings import OWN, RATES, WORKERS, Settings, usual
from .still import Still
from .words import describe, facts_of

_open: Any = None  # the playground on the page
_turn = threading.Lock()


def playground(
    network: str | None = None,
    *,
    gradient: Callable[..., Vector] | None = None,
    average: Average | None = None,
    split: Split | None = None,
    optimizer: Optimizer | Callable[..., Any] | None = None,
    workers: int = 2,
    theme: str = "light",
    sharpness: float = 1.0,
    start_method: str | None = None,
) -> Any:
    """Sliders, and a network that trains on a pool of processes while one looks.

    network: which one to begin with (see settings.NETWORKS). gradient, average, split, optimizer: your own in the
    place of the kit's, as in SyncSGD; a gradient(w, X, Y, lam) as in the notebooks of 2-syncsgd fits too. An optimizer
    may be anything with a step(w, g) that returns the new w, as in 3-optimizers, or whatever makes one of the learning
    rate, or a function update(w, g, lr) that returns the new w:

        playground(optimizer=lambda lr: Momentum(lr, 0.9))

    workers: from 1 to 8. theme: "light" or "dark" pictures. sharpness: 2 for a screen with twice as many pixels.
    start_method: see Pool.

    There is one playground at a time: a new one closes the one before. Outside a notebook it says so, trains once
    and returns the picture, which has a `save`. ValueError: a choice that does not exist.
    """
    global _open
    own = Own(gradient, average, split, optimizer)
    settings = first_settings(network, own, workers)
    if not in_a_notebook():
        print("The playground's sliders need a notebook (make lab). Without one: a single run, drawn once.")
        return drawn_once(settings, own, theme, start_method)
    try:
        from .playground import Playground
    except ImportError as error:
        raise ImportError("The playground needs ipywidgets: install it with pip install 'sgdkit[lab]'.") from error
    with _turn:
        if _open is not None:
            _open.close()
        _open = Playground(settings, own, theme, sharpness, start_method)
        atexit.register(_open.close)
        return _open


def first_settings(network: str | None, own: Own, workers: int) -> Settings:
    """What to begin with: the network asked for, or the one that fits one's own gradient.

    ValueError: workers or a learning rate that the sliders do not have.
    """
    if isinstance(workers, bool) or not isinstance(workers, Integral) or not 1 <= workers <= WORKERS:
        raise ValueError(f"workers = {workers!r}: give a whole number from 1 to {WORKERS}, as on the slider.")
    if network is None:
        notebook = own.gradient is not None and arguments_of(own.gradient) == 4
        network = "parabola, 10 nodes" if notebook else "parabola, 5 nodes"
    settings = usual(network, int(workers))
    if own.optimizer is not None:
        lr = getattr(own.optimizer, "lr", None)
        rate = float(lr) if isinstance(lr, Real) else settings.choice.rates["SGD"]
        least, most = (10**power for power in RATES)
        if not least <= rate <= most:
            raise ValueError(
                f"your optimizer's learning rate is {rate:g}: give it one from {least:g} to {most:g}, as on the slider."
            )
        settings = replace(settings, optimizer=OWN, lr=rate)
    return settings


def in_a_notebook() -> bool:
    """Whether this is a kernel, which a page with widgets may be connected to."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return getattr(shell, "kernel", None) is not None


def drawn_once(settings: Settings, own: Own, theme: str, start_method: str | None) -> Still:
    """One run and its pictures."""
    runner = Runner(own, Problems(), lambda: None, method=start_method)
    try:
        runner.request(settings)
        runner.wait(600)
        record = runner.current
        assert record is not None
        if record.ending is not None and record.ending.how == "failed":
            raise RuntimeError(f"{record.ending.failure}\n{record.ending.trace}")
        return Still(Canvas(theme).together(record), describe(facts_of(record)))
    finally:
        runner.close()
