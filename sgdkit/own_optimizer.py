"""A student's own optimizer in the place of the kit's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .optimizers import Optimizer
from .types import Vector


class OwnOptimizer(Optimizer):
    """Lets a training use an optimizer that somebody wrote.

        SyncSGD(ann(10), OwnOptimizer(Momentum, 0.02, 0.9), workers=2)

    make(lr, *settings) returns something with a method `step(w, g)`, or such a function itself; it is called anew for
    every run. `step` returns the new w, (size,), or changes the w that it gets and returns nothing.
    """

    def __init__(self, make: Callable[..., Any], lr: float, *settings: float) -> None:
        self.make, self.given = make, settings
        super().__init__(lr)

    def reset(self) -> None:
        """Begin anew, with nothing remembered."""
        super().reset()
        self._step: Callable[[Vector, Vector], Any] | None = None

    def step(self, w: Vector, g: Vector) -> Vector:
        """Update w (size,) in place with g (size,); returns w. ValueError: a new w of another shape than w."""
        self.begin(w, g)
        if self._step is None:
            made = self.make(self.lr, *self.given)
            self._step = getattr(made, "step", made)
            if not callable(self._step):
                raise ValueError(f"{self.name} made {made!r}: it needs a method step(w, g), or to be such a function.")
        return _taken(w, self._step(w, g), f"{self.name}.step")

    @property
    def name(self) -> str:
        """What the student calls it."""
        return getattr(self.make, "__name__", type(self.make).__name__)

    def state(self) -> dict[str, Any]:
        """ValueError: what somebody else's optimizer remembers is not known, so it cannot be saved."""
        raise ValueError(f"a run with your own {self.name} cannot be saved: leave the checkpoint out.")

    def restore(self, state: Mapping[str, Any]) -> None:
        """ValueError, as `state`."""
        self.state()

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{value:g}' for value in (self.lr, *self.given))})"


class OwnNewton(Optimizer):
    """Lets a training use somebody's own step of Newton's method.

        SyncSGD(parabola(), OwnNewton(newton_step, 0.1), workers=2, batch_size=50)

    step(w, gradient, damping) returns the new w, (size,). gradient(v) is the gradient of the mini-batch's objective,
    the MEAN over its examples plus λ/N·v, at any v: the workers compute it, so each call costs a round of them.
    """

    needs_curvature = True
    needs_gradients_again = True

    def __init__(self, step: Callable[..., Any], damping: float) -> None:
        self.own, self.damping = step, damping
        super().__init__(1.0)

    def step(self, w: Vector, g: Vector, curvature: Any = None) -> Vector:
        """Update w (size,) in place; `curvature` is SyncSGD's. ValueError: a new w of another shape than w."""
        if curvature is None:
            raise ValueError("OwnNewton.step needs the curvature beside w and g; SyncSGD gives it.")
        self.begin(w, g)
        name = getattr(self.own, "__name__", "your step")
        return _taken(w, self.own(w.copy(), curvature.gradient, self.damping), name)

    def __repr__(self) -> str:
        return f"{getattr(self.own, '__name__', 'Newton')}(damping={self.damping:g})"


def _taken(w: Vector, new: Any, who: str) -> Vector:
    """Writes the new w into w and returns it; None means that w was changed in place."""
    if new is None:
        return w
    array = np.asarray(new)
    if array.shape != w.shape or array.dtype.kind not in "fiu":
        raise ValueError(
            f"{who} returned an array of shape {array.shape} and dtype {array.dtype}: it must return the new w, "
            f"numbers of the shape of w, {w.shape}."
        )
    w[:] = array
    return w
