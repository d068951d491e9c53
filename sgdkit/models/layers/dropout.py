"""Dropout."""

from __future__ import annotations

import math

import numpy as np

from sgdkit.models.layers.piecewise_linear import PiecewiseLinear
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class Dropout(PiecewiseLinear):
    """In training y = x · m / (1 - p), where each number's m is 0 with probability p and else 1; otherwise y
    = x.

    x: (n, features). What is drawn depends only on the seed, the step, the place of the layer in the network,
    and the example's position in the whole mini-batch, never on how the mini-batch is split or on what was
    drawn before. So workers with shards drop what one process would drop, and a shard computed twice gives
    the same bits. The division by 1 - p ("inverted dropout") keeps the expected value (Srivastava et al.
    2014, section 10).
    """

    random = True

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout drops with a probability from 0 to below 1, not {p}.")
        self.p = p

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        memory.mask = None if memory.draw is None else self._mask(memory.draw, x, memory)
        if memory.mask is None:
            return x
        return np.multiply(x, memory.mask, out=memory.array("y", x.shape, x.dtype))

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        if memory.mask is not None:
            dy *= memory.mask
        return dy

    def direction(self, rx: Array, memory: Memory) -> Array:
        return rx.copy() if memory.mask is None else rx * memory.mask

    def _mask(self, draw: tuple[int, ...], x: Array, memory: Memory) -> Array:
        """0 or 1/(1 - p) for each number of x, (n, features)."""
        *seed, first = draw
        n, features = x.shape
        # Philox is a counter-based generator: it can start at any place of its stream. Each example owns an
        # equal stretch, in steps of the counter; a step gives four 64-bit numbers, used as eight of 32 bits.
        steps = math.ceil(features / 8)
        key = np.random.SeedSequence(seed).generate_state(2, np.uint64)
        drawn = np.random.Philox(key=key, counter=first * steps).random_raw(n * steps * 4)
        numbers = drawn.view(np.uint32).reshape(n, steps * 8)[:, :features]
        mask: Array = memory.array("mask", x.shape, x.dtype)
        np.greater_equal(numbers, np.uint32(self.p * 2**32), out=mask, casting="unsafe")
        mask *= 1 / (1 - self.p)
        return mask
