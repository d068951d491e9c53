"""Newton's method, damped."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from ..types import Vector
from .base import Optimizer, Schedule, positive
from .conjugate_gradients import ConjugateGradients
from .curvature import Curvature
from .direct import Direct


class Newton(Optimizer):
    """w = w + lr·p where p solves (H + τI)·p = −g, H being the Hessian of the mini-batch's objective.

    With τ = 0 one step goes to the lowest point of a quadratic. A network is not one: far from a minimum
    its quadratic model is good nearby only, and H may curve down. So after every trial the loss is
    compared with what the model promised (Levenberg and Marquardt's damping; Nocedal & Wright 2006,
    "Numerical Optimization", ch. 4):

        ratio = (f(w) − f(w + lr·p)) / (model's decrease)
        ratio > 3/4    the model is good: τ/4, and 0 once it is lost beside H
        ratio < 1/4    it is not: 4·τ; and if the loss did not go down at all, w stays and p is computed again

    lr: 1 is Newton's own step; or a schedule. damping: τ at the start. direct: up to this size H is
    written down and solved with (`Direct`), above it conjugate gradients ask for H·v only
    (`ConjugateGradients`), at most `cg_steps` times a trial and until the residual has fallen to
    `tolerance` times its start. trials: at most so many a step; after that w stays where it is.
    ValueError: values outside, a g that is not finite.

    A mini-batch's Hessian has to be more than noise: use large ones, or the whole training set. Second
    derivatives of ReLU are zero and miss its kinks, so that networks with tanh or sigmoid suit better.
    """

    settings = ("lr", "damping", "direct", "cg_steps", "tolerance", "trials")
    needs_curvature = True
    tau: float  # the damping of the next step

    def __init__(
        self,
        lr: float | Schedule = 1.0,
        damping: float = 0.0,
        direct: int = 500,
        cg_steps: int = 100,
        tolerance: float = 1e-3,
        trials: int = 10,
    ) -> None:
        if not (isfinite(damping) and damping >= 0):
            raise ValueError(f"damping = {damping!r}: give 0 or a positive finite number.")
        if cg_steps < 1 or trials < 1:
            raise ValueError(f"cg_steps = {cg_steps!r}, trials = {trials!r}: give numbers from 1 on.")
        self.damping = float(damping)
        self.direct = direct
        self.cg_steps = cg_steps
        self.tolerance = positive("tolerance", tolerance)
        self.trials = trials
        super().__init__(lr)

    def step(self, w: Vector, g: Vector, curvature: Curvature | None = None) -> Vector:
        """Update w (size,) in place with g (size,) and the curvature of the same mini-batch; returns w."""
        if curvature is None:
            raise ValueError("Newton.step needs the curvature beside w and g; SyncSGD gives it.")
        if not np.isfinite(g).all():
            raise ValueError(f"Newton.step: {np.sum(~np.isfinite(g))} of {g.size} entries of g are not finite.")
        lr = self.begin(w, g)
        equation: Direct | ConjugateGradients
        if w.size <= self.direct:
            equation = Direct(g, curvature)
        else:
            equation = ConjugateGradients(g, curvature, self.cg_steps, self.tolerance)
        loss = curvature.loss(w)
        rounding = 10 * float(np.finfo(w.dtype).eps) * abs(loss)  # smaller differences of f say nothing

        for _ in range(self.trials):
            p, Hp, tau = equation.solve(self.tau)
            promised = -lr * float(g @ p) - lr**2 / 2 * float(p @ Hp)
            np.multiply(p, lr, out=self.scratch)
            self.scratch += w
            decrease = loss - curvature.loss(self.scratch)
            ratio = (decrease + rounding) / (promised + rounding) if promised + rounding > 0 else 1.0
            if ratio > 0.75:
                self.tau = self.tau / 4 if self.tau > 1e-6 * equation.scale else 0.0
            elif not ratio >= 0.25:  # NaN, where the trial's loss overflowed, counts as bad
                self.tau = max(4 * tau, 1e-3 * equation.scale)
            if ratio > 1e-4:
                w[:] = self.scratch
                break
        return w

    def reset(self) -> None:
        """Forget every step; the damping is again the one of the start."""
        super().reset()
        self.tau = float(self.damping)

    def state(self) -> dict[str, Any]:
        """The step count and the damping τ."""
        return super().state() | {"tau": self.tau}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state()` returned, to the bit. ValueError: another kind of optimizer's state."""
        if "tau" not in state:
            raise ValueError("Newton cannot go on from a state without tau; give what its state() returned.")
        super().restore({name: value for name, value in state.items() if name != "tau"})
        self.tau = float(state["tau"])
