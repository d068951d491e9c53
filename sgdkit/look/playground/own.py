"""What a student has written, in the places where the kit's own functions stand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...optimizers import Optimizer
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
    from pairs (sum, number of examples). split(indices, workers): the shards. optimizer: an Optimizer, a class that
    makes one from a learning rate, or a function update(w, g, lr) that returns the new w.
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
        if self.optimizer is not None and not (callable(self.optimizer) or isinstance(self.optimizer, Optimizer)):
            raise ValueError(f"optimizer = {self.optimizer!r}: give an Optimizer, a class, or a function of w, g, lr.")

    def arguments(self) -> dict[str, Any]:
        """For SyncSGD: split, average and gradient."""
        gradient = self.gradient
        if gradient is not None and arguments_of(gradient) == 4:
            gradient = WithoutPenalty(gradient)
        return {"split": self.split or split, "average": self.average or average, "gradient": gradient}

    def make_optimizer(self, name: str, lr: float) -> Optimizer:
        """The optimizer of that name with this learning rate."""
        if name != OWN:
            return OPTIMIZERS[name](lr)
        if isinstance(self.optimizer, Optimizer):
            self.optimizer.lr = lr
            return self.optimizer
        if isinstance(self.optimizer, type) or arguments_of(self.optimizer) == 1:
            made = self.optimizer(lr)
            if not isinstance(made, Optimizer):
                raise ValueError(f"{self.optimizer!r} made {made!r} of a learning rate: an Optimizer is needed.")
            return made
        return Rule(self.optimizer, lr)

    def names(self) -> list[str]:
        """What of it is one's own."""
        return [name for name in ("gradient", "average", "split", "optimizer") if getattr(self, name) is not None]


def arguments_of(function: Callable[..., Any]) -> int:
    """How many arguments a function must get by position; 3 where Python cannot say."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 3
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)
