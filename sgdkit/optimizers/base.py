"""What every optimizer has in common: a learning rate, a step count, and state that can be saved.

An optimizer is one rule, (w, g) -> w. To add one, subclass `Optimizer`, name its settings and the arrays
that it carries from step to step, and write `step` as the formula reads:

    class Momentum(Optimizer):
        settings = ("lr", "momentum")
        carried = ("v",)

        def step(self, w, g):
            lr = self.begin(w, g)  # checks w and g, makes v = 0 at the first step, counts the step
            self.v *= self.momentum
            self.v += g  # v = μ·v + g
            np.multiply(self.v, lr, out=self.scratch)
            w -= self.scratch  # w = w − lr·v
            return w

The formulas write into `self.scratch` instead of making temporaries of the size of w: those would be memory
to fetch from the system and to give back at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from types import FunctionType
from typing import Any, ClassVar

import numpy as np

from ..types import Vector

Schedule = Callable[[int], float]


def positive(name: str, value: Any) -> float:
    """`value` as a float; ValueError that names it where it is not a positive finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not (isfinite(number) and number > 0):
        raise ValueError(f"{name} = {value!r}: give a positive finite number.")
    return number


def fraction(name: str, value: Any) -> float:
    """`value` as a float in [0, 1); ValueError that names it elsewhere."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 <= number < 1:
        raise ValueError(f"{name} = {value!r}: give a number from 0 up to, and not including, 1.")
    return number


class Optimizer:
    """The contract that `SyncSGD` relies on; the update itself is `step`, in the subclasses.

    lr: learning rate, a positive number or a schedule, a function of the step number 0, 1, 2, … (see
    `schedules`). It may be set again during a run. ValueError: one that is not positive and finite.
    """

    settings: ClassVar[tuple[str, ...]] = ("lr",)  # what `repr` shows, in the constructor's order
    carried: ClassVar[tuple[str, ...]] = ()  # arrays like w that a step hands to the next one
    needs_curvature: ClassVar[bool] = False  # True: `step(w, g, curvature)`, see `curvature.Curvature`
    needs_gradients_again: ClassVar[bool] = False  # True: a step asks for the mini-batch's gradient at other w, too

    scratch: Any  # room for one vector like w

    def __init__(self, lr: float | Schedule) -> None:
        self.lr = lr
        self.reset()

    @property
    def lr(self) -> float | Schedule:
        """The learning rate, or the schedule that gives it."""
        return self._lr

    @lr.setter
    def lr(self, lr: float | Schedule) -> None:
        self._lr = lr if callable(lr) else positive("lr", lr)

    def step(self, w: Vector, g: Vector) -> Vector:
        """Update w (size,) IN PLACE with g (size,), the gradient of the objective per example; returns w.

        w and g have one float dtype, which stays. A NaN or infinity in g goes into w: a diverged run is
        noticed in SyncSGD, which sees the loss. ValueError: shapes or dtypes that do not fit.
        """
        raise NotImplementedError

    def begin(self, w: Vector, g: Vector) -> float:
        """Check w and g, make what is carried 0 at the first step, count the step; returns its lr."""
        if w.shape != g.shape or w.dtype != g.dtype or w.ndim != 1 or w.dtype.kind != "f":
            raise ValueError(
                f"{type(self).__name__}.step: w has shape {w.shape} and dtype {w.dtype}, g has shape "
                f"{g.shape} and dtype {g.dtype}; both must be flat vectors of one length and one float dtype."
            )
        if self.scratch is None or self.scratch.shape != w.shape or self.scratch.dtype != w.dtype:
            self._make_arrays(w)
        lr = self._lr
        if callable(lr):
            lr = positive(f"lr at step {self.t}", lr(self.t))
        self.t += 1
        return lr

    def _make_arrays(self, w: Vector) -> None:
        for name in self.carried:
            array = getattr(self, name)
            if array is None:
                setattr(self, name, np.zeros_like(w, order="C"))
            elif array.shape != w.shape or array.dtype != w.dtype:
                raise ValueError(
                    f"{type(self).__name__} carries {name} of shape {array.shape} and dtype {array.dtype} "
                    f"from earlier steps, but w has shape {w.shape} and dtype {w.dtype}; reset() begins anew."
                )
        self.scratch = np.empty_like(w, order="C")

    def reset(self) -> None:
        """Forget every step; the settings stay."""
        self.t = 0  # steps taken
        self.scratch = None
        for name in self.carried:
            setattr(self, name, None)

    def state(self) -> dict[str, Any]:
        """What the next step needs from the ones before: the step count and copies of the carried arrays.

        Settings are not in it: they are the constructor's. Arrays appear with the first step, so that
        `numpy.savez(file, **optimizer.state())` always works.
        """
        arrays = {name: getattr(self, name) for name in self.carried}
        return {"t": self.t} | {name: array.copy() for name, array in arrays.items() if array is not None}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state()` returned, to the bit. ValueError: another kind of optimizer's state."""
        kind, names = type(self).__name__, set(state)
        if names not in ({"t"}, {"t", *self.carried}):  # before the first step there are no arrays
            given = ", ".join(sorted(names)) or "nothing"
            raise ValueError(f"{kind} cannot go on from a state with {given}; give what {kind}.state() returned.")
        self.reset()
        self.t = int(state["t"])
        for name in self.carried:
            if name in state:
                setattr(self, name, np.array(state[name]))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={_spoken(getattr(self, name))}" for name in self.settings)
        return f"{type(self).__name__}({shown})"


def _spoken(value: Any) -> str:
    """As `repr`, but a schedule written as a function by its name: its address differs from run to run."""
    return value.__qualname__ if isinstance(value, FunctionType) else repr(value)
