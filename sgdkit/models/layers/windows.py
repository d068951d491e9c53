"""A convolution as a few large matrix products, without copying each pixel once for every window that it is in.

A convolution multiplies each k×k window of an image with the kernel. Written out as a matrix with a row for each window
("im2col") the image is copied k² times, and the copying costs more than the products. Two ways around it, with the same
two methods:

    windows.times(kernel)       y = Σ window · kernel, the convolution
    windows.gradient(dy, ...)   dkernel = Σ window · dy, its gradient

`Windows` needs no copy but one of the image itself; `Columns` is better for images of a single channel.
"""

from __future__ import annotations

import numpy as np

from sgdkit.models.memory import Memory
from sgdkit.types import Array


class Windows:
    """The windows of x, (height, width, n, channels), outside of which all is 0; the kernel's side is odd.

    With lines of pixels (height, n, width, channels) in memory, line i of the window around column w is k·channels
    numbers side by side. So for each w and i the matrix of these pieces, a row for each (height, n), is there already:
    a view whose rows lie a line apart, which BLAS takes as it is. A convolution is k products for each of the columns.
    In the upright direction nothing is padded: line i of the kernel leaves out the rows that it would find outside.
    """

    def __init__(self, x: Array, side: int, memory: Memory, name: str) -> None:
        height, width, n, channels = x.shape
        margin = side // 2
        lines: Array = memory.array(name, (height, n, width + 2 * margin, channels), x.dtype)
        lines[:, :, :margin] = 0
        lines[:, :, margin : margin + width] = x.transpose(0, 2, 1, 3)
        lines[:, :, margin + width :] = 0
        self.shape, self.side, self.memory = (height, width, n), side, memory
        # [w, (h, n), (j, c)] is x[h, w + j - margin, n, c]: windows that overlap share their numbers.
        self.pieces: Array = np.ndarray(
            (width, height * n, side * channels),
            x.dtype,
            buffer=lines,
            strides=(lines.strides[2], lines.strides[1], lines.strides[3]),
        )

    def times(self, kernel: Array, name: str) -> Array:
        """The convolution, (height, width, n, filters), with a kernel (side, side·channels, filters)."""
        height, width, n = self.shape
        filters = kernel.shape[2]
        y: Array = self.memory.array(name, (width, height * n, filters), kernel.dtype)
        part: Array = self.memory.array("part", y.shape, y.dtype)
        middle = self.side // 2
        np.matmul(self.pieces, kernel[middle], out=y)
        for i in range(self.side):
            if i != middle:
                to, source = self._rows(i - middle)
                y[:, to] += np.matmul(self.pieces[:, source], kernel[i], out=part[:, to])
        return y.reshape(width, height, n, filters).transpose(1, 0, 2, 3)

    def gradient(self, dy: Array, dkernel: Array) -> None:
        """Writes the gradient by the kernel into `dkernel`, given that by the result, (height, width, n, filters)."""
        height, width, n = self.shape
        columns: Array = self.memory.array("columns", (width, height, n, dy.shape[3]), dy.dtype)
        columns[...] = dy.transpose(1, 0, 2, 3)
        turned = columns.reshape(width, height * n, dy.shape[3])
        each: Array = self.memory.array("each", (width, *dkernel.shape[1:]), dy.dtype)
        for i in range(self.side):
            to, source = self._rows(i - self.side // 2)
            np.matmul(self.pieces[:, source].transpose(0, 2, 1), turned[:, to], out=each)
            np.add.reduce(each, axis=0, out=dkernel[i])

    def _rows(self, shift: int) -> tuple[slice, slice]:
        """Which rows (height, n) of the result meet which rows of the image on a line shifted by so many."""
        height, _, n = self.shape
        start, stop = max(0, -shift), max(0, -shift, height - max(0, shift))
        return slice(start * n, stop * n), slice((start + shift) * n, (stop + shift) * n)


class Columns:
    """The same for images of one channel, (height, width, n, 1).

    The products of `Windows` would be only k numbers deep here. So all k² columns are written out after all, as the
    lines of the transposed matrix, where each is a copy of the whole image, shifted: long runs of memory.
    """

    def __init__(self, x: Array, side: int, memory: Memory, name: str) -> None:
        height, width, n, _ = x.shape
        margin = side // 2
        padded: Array = memory.array(f"padded {name}", (height + 2 * margin, width + 2 * margin, n), x.dtype)
        padded.fill(0)
        padded[margin : margin + height, margin : margin + width] = x[..., 0]
        columns: Array = memory.array(name, (side, side, height, width, n), x.dtype)
        for i in range(side):
            for j in range(side):
                columns[i, j] = padded[i : i + height, j : j + width]
        self.shape, self.memory = (height, width, n), memory
        self.columns = columns.reshape(side * side, height * width * n)

    def times(self, kernel: Array, name: str) -> Array:
        """The convolution, (height, width, n, filters), with a kernel (side, side, filters)."""
        side, _, filters = kernel.shape
        y: Array = self.memory.array(name, (self.columns.shape[1], filters), kernel.dtype)
        np.matmul(self.columns.T, kernel.reshape(side * side, filters), out=y)
        return y.reshape(*self.shape, filters)

    def gradient(self, dy: Array, dkernel: Array) -> None:
        """Writes the gradient by the kernel into `dkernel`, given that by the result, (height, width, n, filters)."""
        filters = dkernel.shape[2]
        np.matmul(self.columns, dy.reshape(-1, filters), out=dkernel.reshape(-1, filters))
