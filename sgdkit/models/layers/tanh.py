"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from sgdkit.models.layers.elementwise import Elementwise
from sgdkit.types import Array


class Tanh(Elementwise):
    """y = tanh x, from -1 to 1."""

    def value(self, x: Array, out: Array) -> Array:
        return np.tanh(x, out=out)

    def slope(self, y: Array, out: Array) -> Array:
        """f' = 1 - y²."""
        np.multiply(y, y, out=out)
        return np.subtract(1, out, out=out)

    def curve(self, y: Array) -> Array:
        """f'' = -2 y (1 - y²)."""
        return -2 * y * (1 - y * y)
