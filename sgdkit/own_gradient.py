"""A student's own gradient in the place of the network's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .models import Network
from .types import Array, Vector

Gradient = Callable[[Vector, Array, Array], Vector]


class OwnGradient:
    """A network whose gradient somebody else computes; everything else is the network's.

    gradient(w, X, Y) returns (size,), the SUM over the rows of X, without regularisation. It gets w and the
    examples read-only: they are shared, and a shard may have to be computed again.
    """

    def __init__(self, network: Network, gradient: Gradient) -> None:
        self.network, self.own = network, gradient

    def loss_and_gradient(
        self,
        w: Vector,
        X: Array,
        Y: Array,
        out: Vector | None = None,
        draw: tuple[int, int, int] | None = None,
        check: bool = True,
    ) -> tuple[float, Vector]:
        """See Network.loss_and_gradient. Raises ValueError where the own gradient has another shape than w."""
        g = np.asarray(self.own(_read_only(w), _read_only(X), _read_only(Y)))
        if g.shape != w.shape or g.dtype.kind not in "fiu":
            raise ValueError(
                f"gradient returned an array of shape {g.shape} and dtype {g.dtype}: it must be numbers of the "
                f"shape of w, {w.shape}."
            )
        if out is None:
            return self.network.loss(w, X, Y), g.astype(w.dtype)
        out[:] = g
        return self.network.loss(w, X, Y), out

    def gradient(self, w: Vector, X: Array, Y: Array) -> Vector:
        """The SUM of the gradients, (size,), as the own function computes it."""
        return self.loss_and_gradient(w, X, Y)[1]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("network", "own"):
            raise AttributeError(name)
        return getattr(self.network, name)


def _read_only(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view
