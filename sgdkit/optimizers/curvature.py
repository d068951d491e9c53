"""What a second-order optimizer may ask about the objective of the mini-batch, besides the gradient."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from ..types import Vector


class Curvature(Protocol):
    """The objective f of one mini-batch, as seen from the w of the step.

    f is what g is the gradient of: the MEAN over the mini-batch plus λ/(2N)·‖w‖². Its Hessian H is never
    written down: like the gradient, H·v is a sum over examples, so that each worker computes it on its
    shard and the master adds. A Hessian-vector product costs a worker about two gradients and no more
    memory than one.
    """

    def __call__(self, v: Vector) -> Vector:
        """H·v, (size,), with H taken at the w that was given to `step`; v: (size,) of the dtype of w.

        The answer may be a buffer that the next call writes over: use it at once, and change it never.
        """
        ...

    def loss(self, w: Vector) -> float:
        """f(w), at any w: (size,)."""
        ...


class Solution(NamedTuple):
    """An answer p to (H + τI)·p = −g."""

    p: Vector  # (size,) the step, whole or truncated
    Hp: Vector  # (size,) H·p, without τ: what the quadratic model of f says about p
    tau: float  # the damping it was found with, which may be more than was asked for
