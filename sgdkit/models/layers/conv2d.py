"""A convolution."""

from __future__ import annotations

import numpy as np

from sgdkit.models.initial import check_scheme, initial_bias, initial_weights
from sgdkit.models.layers.layer import Layer, Parameter, Shape
from sgdkit.models.layers.windows import Columns, Windows
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class Conv2d(Layer):
    """y[h, w, f] = b[f] + Σ_ijc x[h + i - k//2, w + j - k//2, c] W[i, j, c, f], with zeros outside of the
    image.

    x: (height, width, n, channels), y: (height, width, n, filters), W: (k, k, channels, filters), b:
    (filters,); the kernel's side k is odd, the padding k//2, the stride 1, so that height and width stay.
    What torch calls Conv2d(channels, filters, k, padding=k//2), with the axes in another order (see
    `windows.py` for why).
    """

    small_products = True

    def __init__(self, channels: int, filters: int, kernel: int = 5, init: str = "he") -> None:
        if channels < 1 or filters < 1 or kernel < 1 or kernel % 2 == 0:
            raise ValueError(
                "Conv2d needs at least one channel and one filter and a kernel of odd side, "
                f"not {channels}, {filters} and {kernel}."
            )
        self.channels, self.filters, self.kernel, self.scheme = channels, filters, kernel, check_scheme(init)
        self.parameters = (Parameter("W", (kernel, kernel, channels, filters)), Parameter("b", (filters,)))

    def shape(self, shape: Shape) -> Shape:
        if len(shape) != 3 or shape[2] != self.channels:
            raise ValueError(
                f"Conv2d({self.channels}, {self.filters}) takes images (height, width, {self.channels}), "
                f"not shape {shape}."
            )
        return (shape[0], shape[1], self.filters)

    def init(self, rng: np.random.Generator) -> list[Array]:
        fan_in, fan_out = self.kernel**2 * self.channels, self.kernel**2 * self.filters
        weights = initial_weights(self.scheme, rng, self.parameters[0].shape, fan_in, fan_out)
        return [weights, initial_bias(self.scheme, rng, self.filters)]

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        memory.windows = self._windows(x, memory, "x")
        y: Array = memory.windows.times(self._kernel(w), "y")
        self._add_bias(y, w)
        return y

    def gradient(self, dy: Array, memory: Memory, dw: Vector) -> None:
        memory.windows.gradient(dy, self._kernel(dw))
        self._sum_bias(dy, dw)

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        # Each number of x went into the k² windows around it: again a convolution, with the kernel turned round.
        return Windows(dy, self.kernel, memory, "dy").times(self._turned(w), "dx")

    def r_forward(self, w: Vector, v: Vector, rx: Array, memory: Memory) -> Array:
        # Linear in x and in W: R{x * W + b} = R{x} * W + x * V + R{b}
        memory.rwindows = self._windows(rx, memory, "rx")
        ry: Array = memory.rwindows.times(self._kernel(w), "ry")
        ry += memory.windows.times(self._kernel(v), "r")
        self._add_bias(ry, v)
        return ry

    def r_gradient(self, dy: Array, rdy: Array, memory: Memory, rdw: Vector) -> None:
        memory.rwindows.gradient(dy, self._kernel(rdw))
        second = np.empty_like(rdw)
        memory.windows.gradient(rdy, self._kernel(second))
        rdw += second
        self._sum_bias(rdy, rdw)

    def r_backward(self, w: Vector, v: Vector, dy: Array, rdy: Array, memory: Memory) -> Array:
        rdx = Windows(rdy, self.kernel, memory, "dy").times(self._turned(w), "rdx")
        rdx += Windows(dy, self.kernel, memory, "dy").times(self._turned(v), "r")
        return rdx

    def _windows(self, x: Array, memory: Memory, name: str) -> Windows | Columns:
        return (Columns if self.channels == 1 else Windows)(x, self.kernel, memory, name)

    def _kernel(self, w: Vector) -> Array:
        """W as (rows, columns·channels, filters)."""
        return w[: -self.filters].reshape(self.kernel, self.kernel * self.channels, self.filters)

    def _turned(self, w: Vector) -> Array:
        """W upside down and left to right, with channels and filters exchanged: (rows, columns·filters, channels)."""
        kernel = w[: -self.filters].reshape(self.kernel, self.kernel, self.channels, self.filters)
        turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
        return turned.reshape(self.kernel, self.kernel * self.filters, self.channels)

    def _add_bias(self, y: Array, w: Vector) -> None:
        # Repeated for each of the n examples, because numpy adds few long rows faster than many short ones.
        y += np.tile(w[-self.filters :], (y.shape[2], 1))

    def _sum_bias(self, dy: Array, dw: Vector) -> None:
        np.add.reduce(np.add.reduce(dy, axis=(0, 1)), axis=0, out=dw[-self.filters :])
