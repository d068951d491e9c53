"""What a layer is: a function of its own piece of the flat parameter vector and of its input."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector

Shape = tuple[int, ...]


class Parameter(NamedTuple):
    """One array of a layer's parameters: "W" for weights or "b" for a bias, and its shape.

    The last axis of the shape counts the outputs: the neurons of a dense layer, the filters of a convolution.
    """

    name: str
    shape: Shape


class Layer:
    """A layer y = f(w, x).

    A layer object only describes: it holds no numbers of a run. Its parameters are `w`, its piece of the
    network's flat vector; what it must remember from `forward` until `backward` goes into `memory`. A block
    of n examples is an array (n, features), or for images (height, width, n, channels), and every shape below
    is meant so.
    """

    parameters: tuple[Parameter, ...] = ()
    """The arrays that make up `w`, in this order."""

    random = False
    """Whether `forward` draws random numbers in training, see Dropout."""

    small_products = False
    """Whether it multiplies many matrices so small that BLAS should not share them out over several threads."""

    def shape(self, shape: Shape) -> Shape:
        """The shape of ONE example's output, given that of its input; ValueError if the input does not
        fit.
        """
        return shape

    def init(self, rng: np.random.Generator) -> list[Array]:
        """First values, float64, an array for each of `parameters`."""
        return []

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        """The outputs y for a block of inputs x, which must be left as they are."""
        raise NotImplementedError(f"{type(self).__name__} needs a forward().")

    def gradient(self, dy: Array, memory: Memory, dw: Vector) -> None:
        """Given dy = dJ/dy for the last `forward`, write dJ/dw, SUMMED over the block, into `dw`."""

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        """Given dy = dJ/dy for the last `forward`, return dJ/dx; may overwrite dy, which nobody needs
        afterwards.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a backward().")

    # Only for Hessian-vector products. R{z} is the derivative of z(w + r v) by r at r = 0 (Pearlmutter 1994,
    # "Fast exact multiplication by the Hessian"); its rules are those of differentiation.

    def r_forward(self, w: Vector, v: Vector, rx: Array, memory: Memory) -> Array:
        """R{y}, given rx = R{x}; called after `forward`."""
        raise NotImplementedError(f"{type(self).__name__} needs an r_forward() for Hessian-vector products.")

    def r_gradient(self, dy: Array, rdy: Array, memory: Memory, rdw: Vector) -> None:
        """Write R{dJ/dw}, SUMMED over the block, into `rdw`, given dy and rdy = R{dy}."""

    def r_backward(self, w: Vector, v: Vector, dy: Array, rdy: Array, memory: Memory) -> Array:
        """R{dJ/dx}, given dy and rdy = R{dy}; called before `backward`. May overwrite rdy, not dy."""
        raise NotImplementedError(f"{type(self).__name__} needs an r_backward() for Hessian-vector products.")
