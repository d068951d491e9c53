"""The logistic function."""

from __future__ import annotations

import numpy as np

from sgdkit.models.layers.elementwise import Elementwise
from sgdkit.types import Array


class Sigmoid(Elementwise):
    """y = 1 / (1 + exp(-x)), from 0 to 1."""

    def value(self, x: Array, out: Array) -> Array:
        # 1/2 + 1/2 tanh(x/2) is the same function: it cannot overflow and is several times faster than expit.
        np.multiply(x, 0.5, out=out)
        np.tanh(out, out=out)
        out *= 0.5
        out += 0.5
        return out

    def slope(self, y: Array, out: Array) -> Array:
        """f' = y (1 - y)."""
        np.subtract(1, y, out=out)
        return np.multiply(out, y, out=out)

    def curve(self, y: Array) -> Array:
        """f'' = y (1 - y) (1 - 2 y)."""
        return y * (1 - y) * (1 - 2 * y)
