"""What a student has written, in the places where the kit's own functions stand."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ...optimizers import Optimizer
from ...own_optimizer import OwnOptimizer
from ...sync import Average, Split, average, split
from ...types import Array, Vector
from .settings import OPTIMIZERS, OWN


class WithoutPenalty:
    """gradient(w, X, Y, lam), as the notebooks of 2-syncsgd ask for it, called with lam = 0."""

    def __init__(self, gradient: Callable[..., Vector]) -> None:
        self.gradient = gradient

    def __call__(self, w: Vector, X: Array, Y: Array) -> Vector:
        return self.gradient(w, X, Y, 0.0)


class Rule(Optimizer):
    """An optimizer made of a function update(w, g, lr) that returns the new w."""

    def __init__(self, update: Callable[[Vector, Vector, float], Vector], lr: float) -> None:
        self.update = update
        super().__init__(lr)

    def step(self, w: Vector, g: Vector) -> Vector:
        """Update w (size,) in place with what the function returns. ValueError: that has another shape."""
        lr = self.begin(w, g)
        new = self.update(w.copy(), g, lr)
        shape = getattr(new, "shape", None)
        if shape != w.shape:
            raise ValueError(f"the optimizer returned {shape or type(new).__name__}: give the new w, shape {w.shape}.")
        w[:] = new
        return w


@dataclass(frozen=True)
class Own:
    """Functions of one's own, each None where the kit's is used.

    gradient(w, X, Y), or with a fourth argument lam: (size,) the SUM over the rows of X. average(results): (size,)
    from pairs (sum, number of examples). split(indices, workers): the shards. optimizer: something with a method
    step(w, g) that returns the new w; a class, or a function of the learning rate, that makes one; or a function
    update(w, g, lr) that returns the new w. ValueError: none of these.
    """

    gradient: Callable[..., Vector] | None = None
    average: Average | None = None
    split: Split | None = None
    optimizer: Any = None

    def __post_init__(self) -> None:
        for name in ("gradient", "average", "split"):
            given = getattr(self, name)
            if given is not None and not callable(given):
                raise ValueError(f"{name} = {given!r}: give a function.")
        if self.optimizer is not None:
            _check_optimizer(self.optimizer)

    def arguments(self) -> dict[str, Any]:
        """For SyncSGD: split, average and gradient."""
        gradient = self.gradient
        if gradient is not None and arguments_of(gradient) == 4:
            gradient = WithoutPenalty(gradient)
        return {"split": self.split or split, "average": self.average or average, "gradient": gradient}

    def make_optimizer(self, name: str, lr: float) -> Optimizer:
        """A new optimizer of that name with this learning rate; one's own object stays as it is.

        ValueError: what one's own function makes has no step(w, g).
        """
        if name != OWN:
            return OPTIMIZERS[name](lr)
        if _steps(self.optimizer):
            made = copy.deepcopy(self.optimizer)
            if self.takes_rate:
                made.lr = lr
        elif _makes(self.optimizer):
            made = self.optimizer(lr)
        else:
            return Rule(self.optimizer, lr)
        return made if isinstance(made, Optimizer) else _wrapped(made, lr)

    @property
    def takes_rate(self) -> bool:
        """Whether one's own optimizer follows the slider: not if its learning rate is a schedule, or has no name."""
        return not _steps(self.optimizer) or isinstance(getattr(self.optimizer, "lr", None), Real)

    def names(self) -> list[str]:
        """What of it is one's own."""
        return [name for name in ("gradient", "average", "split", "optimizer") if getattr(self, name) is not None]

    def used(self, optimizer: str) -> tuple[str, ...]:
        """What of it a run with that choice of optimizer uses."""
        return tuple(name for name in self.names() if name != "optimizer" or optimizer == OWN)


def _steps(given: Any) -> bool:
    """Whether it is an optimizer already."""
    return not isinstance(given, type) and callable(getattr(given, "step", None))


def _makes(given: Any) -> bool:
    """Whether it makes an optimizer of a learning rate."""
    return isinstance(given, type) or arguments_of(given) <= 1


def _wrapped(made: Any, lr: float) -> OwnOptimizer:
    """An optimizer for SyncSGD of something with a step(w, g), or of such a function."""
    if not callable(getattr(made, "step", made)):
        raise ValueError(f"your optimizer made {made!r} of a learning rate: it needs a method step(w, g).")

    def make(lr: float) -> Any:
        return made

    make.__name__ = getattr(made, "__name__", type(made).__name__)
    return OwnOptimizer(make, lr)


_REST = {"momentum": "0.9", "mu": "0.9", "beta1": "0.9", "beta2": "0.999", "eps": "1e-8"}


def _check_optimizer(given: Any) -> None:
    """ValueError, with what to write instead, where it is nothing that can be used."""
    wanted = "give something with a method step(w, g), a class that makes one of lr, or a function update(w, g, lr)"
    if not (_steps(given) or callable(given)):
        raise ValueError(f"optimizer = {given!r}: {wanted}.")
    if _steps(given) or _fits(given, 1 if _makes(given) else 3):
        return
    name = getattr(given, "__name__", repr(given))
    takes = list(inspect.signature(given).parameters)
    if isinstance(given, type):
        call = f"{name}({', '.join(['lr'] * bool(takes) + [_REST.get(one, one) for one in takes[1:]])})"
        raise ValueError(
            f"optimizer = {name}: it is made with {', '.join(takes) or 'nothing'}, and the slider gives a learning "
            f"rate. Write optimizer=lambda lr: {call}"
        )
    raise ValueError(
        f"optimizer = {name}: it takes {', '.join(takes)}. Give a function update(w, g, lr) that returns the new w, or "
        "a function of lr alone that makes an optimizer, as lambda lr: Momentum(lr, 0.9)."
    )


def _fits(function: Callable[..., Any], arguments: int) -> bool:
    """Whether it can be called with so many arguments, as far as Python can say."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*range(arguments))
    except TypeError:
        return False
    return True


def arguments_of(function: Callable[..., Any]) -> int:
    """How many arguments a function must get by position; 3 where Python cannot say."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 3
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)
