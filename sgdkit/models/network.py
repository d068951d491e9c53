"""A network: layers one after the other and a loss, all as functions of ONE flat parameter vector."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sgdkit.models import validate
from sgdkit.models.layers.layer import Layer, Shape
from sgdkit.models.losses.loss import Loss
from sgdkit.models.memory import Memory
from sgdkit.models.one_thread import one_blas_thread
from sgdkit.types import Array, Labels, Vector

Draw = tuple[int, int, int]


class Network:
    """Layers one after the other, and a loss; every method is a pure function of its arguments.

    w: (size,) parameters. X: (n, inputs) examples, one a row. Y: (n, output_size) targets, one row an
    example; for a classifier also (n,) class numbers as integers. w, X and Y are all float32 or all float64.
    Losses and gradients are SUMS over the n examples, without regularisation.

    Examples go through the layers in blocks of `block`, forward and back, so that what lies between the
    layers stays in the processor's cache and the memory needed does not grow with n. Each thread has buffers
    of its own; what is returned is always a new array (or `out`). A network can be pickled; its buffers stay
    behind.

    Wrong input is a ValueError of one sentence. The checks read X, Y and w once; who calls in a loop can call
    `check` on all data once and then `loss_and_gradient` with check=False.
    """

    def __init__(
        self,
        name: str,
        layers: Sequence[Layer],
        loss: Loss,
        *,
        inputs: int,
        classifier: bool = False,
        penalise_bias: bool = True,
        block: int = 512,
    ) -> None:
        self.name = name
        self.layers = tuple(layers)
        self.loss_function = loss
        self.input_shape: Shape = (inputs,)
        self.classifier = classifier
        self.block = block
        self._pieces: list[slice] = []
        self._views: dict[str, tuple[slice, Shape]] = {}
        shape: Shape = (inputs,)
        size = 0
        for number, layer in enumerate(self.layers):
            shape = layer.shape(shape)
            first = size
            for parameter in layer.parameters:
                piece = slice(size, size + math.prod(parameter.shape))
                self._views[f"{number}.{parameter.name}"] = piece, parameter.shape
                size = piece.stop
            self._pieces.append(slice(first, size))
        if len(shape) != 1 or size == 0:
            raise ValueError(
                f"{name} must end in a row of outputs and have parameters: shape {shape}, {size} parameters."
            )
        self.size: int = size
        self.output_size: int = shape[0]
        self._small_products = any(layer.small_products for layer in self.layers)
        self.random = any(layer.random for layer in self.layers)
        self.penalised = None if penalise_bias else self._weights_only()
        # The gradient is not needed below the first layer that has parameters.
        self._lowest = next(i for i, layer in enumerate(self.layers) if layer.parameters)
        self._local = threading.local()

    def init(self, seed: int | np.random.Generator, dtype: DTypeLike = np.float64) -> Vector:
        """First parameters, (size,); the same numbers for both dtypes, but for rounding."""
        rng = np.random.default_rng(seed)
        w = np.concatenate([values.ravel() for layer in self.layers for values in layer.init(rng)])
        return w.astype(dtype)

    def arrays(self, w: Vector) -> dict[str, Array]:
        """The layers' parameters inside w, as views named by the layer's number and theirs: "0.W", "0.b".

        The last axis of each counts neurons or filters; a bias has only that axis.
        """
        return {name: w[piece].reshape(shape) for name, (piece, shape) in self._views.items()}

    def predict(self, w: Vector, X: Array) -> Array:
        """The outputs, (n, output_size). With softmax: the scores before softmax, which have the same
        order.
        """
        self._check(w, X)
        outputs = np.empty((len(X), self.output_size), w.dtype)
        for rows in self._blocks(len(X)):
            outputs[rows] = self._forward(w, X[rows], self._memories())
        return outputs

    def loss(self, w: Vector, X: Array, Y: Array | Labels) -> float:
        """The SUM of the n losses; dropout is off."""
        targets = self.check(w, X, Y)
        memories = self._memories()
        return sum(
            self.loss_function.value(self._forward(w, X[rows], memories), targets[rows], memories[-1])
            for rows in self._blocks(len(X))
        )

    def evaluate(self, w: Vector, X: Array, Y: Array | Labels) -> tuple[float, int]:
        """The SUM of the n losses, and how many examples a classifier puts into the right class, in one pass."""
        targets = self.check(w, X, Y)
        memories = self._memories()
        loss, right = 0.0, 0
        for rows in self._blocks(len(X)):
            outputs = self._forward(w, X[rows], memories)
            if self.classifier:
                right += int(np.sum(outputs.argmax(axis=1) == targets[rows].argmax(axis=1)))
            loss += self.loss_function.value(outputs, targets[rows], memories[-1])
        return loss, right

    def gradient(self, w: Vector, X: Array, Y: Array | Labels) -> Vector:
        """The SUM of the n gradients, (size,); dropout is off."""
        return self.loss_and_gradient(w, X, Y)[1]

    def loss_and_gradient(
        self,
        w: Vector,
        X: Array,
        Y: Array | Labels,
        out: Vector | None = None,
        draw: Draw | None = None,
        check: bool = True,
    ) -> tuple[float, Vector]:
        """The SUM of the n losses and the SUM of the n gradients, (size,), in one pass.

        The gradient is written into `out` if given. `draw` = (seed, step, first) turns dropout on; `first` is
        the position in the mini-batch of X's first row, so that the example has the same mask however the
        mini-batch is split. check=False leaves all checks out, also that of class numbers: Y must then be
        rows.
        """
        targets: Any = Y
        if check:
            targets = self.check(w, X, Y)
            self._check_out(w, out)
            if draw is not None:
                validate.check_draw(draw)
        gradient = np.empty_like(w) if out is None else out
        memories = self._memories()
        loss = 0.0
        for rows in self._blocks(len(X)):
            outputs = self._forward(w, X[rows], memories, draw, rows.start)
            loss += self.loss_function.value(outputs, targets[rows], memories[-1])
            dy = self.loss_function.slope(outputs, targets[rows], memories[-1])
            if rows.start == 0:
                self._backward(w, dy, memories, gradient)
            else:
                part = memories[-1].array("gradient", w.shape, w.dtype)
                self._backward(w, dy, memories, part)
                gradient += part
        return loss, gradient

    def hessian_vector(self, w: Vector, X: Array, Y: Array | Labels, v: Vector) -> Vector:
        """H v, (size,), with H the Hessian of the SUM of the n losses; exact, at about the price of two
        gradients.

        By the R-operator (Pearlmutter 1994): H v = R{gradient}, the derivative of the gradient along v, got
        by differentiating every step of the forward and of the backward pass. Kinks of ReLU and max-pooling
        count as linear.
        """
        targets = self.check(w, X, Y)
        validate.check_vector("v", v, self.size, w.dtype)
        validate.check_finite("v", v)
        memories = self._memories()
        product, part = np.zeros_like(w), np.empty_like(w)
        for rows in self._blocks(len(X)):
            outputs = self._forward(w, X[rows], memories)
            self.loss_function.value(outputs, targets[rows], memories[-1])
            dy = self.loss_function.slope(outputs, targets[rows], memories[-1])
            rdy = self.loss_function.curvature(self._r_forward(w, v, X[rows], memories), memories[-1])
            for i in reversed(range(self._lowest, len(self.layers))):
                layer, piece, memory = self.layers[i], self._pieces[i], memories[i]
                if layer.parameters:
                    layer.r_gradient(dy, rdy, memory, part[piece])
                if i > self._lowest:
                    rdy = layer.r_backward(w[piece], v[piece], dy, rdy, memory)
                    dy = layer.backward(w[piece], dy, memory)
            product += part
        return product

    def gauss_newton_vector(self, w: Vector, X: Array, Y: Array | Labels, v: Vector) -> Vector:
        """G v, (size,), with G = Σ Jᵀ L J: J the outputs' Jacobian, L the loss's Hessian in the outputs; SUM
        over n.

        The Gauss-Newton matrix is the Hessian without the term with the network's own second derivatives. It
        has no negative curvature, and near a good fit it is close to H (Schraudolph 2002).
        """
        targets = self.check(w, X, Y)
        validate.check_vector("v", v, self.size, w.dtype)
        validate.check_finite("v", v)
        memories = self._memories()
        product, part = np.zeros_like(w), np.empty_like(w)
        for rows in self._blocks(len(X)):
            self.loss_function.value(self._forward(w, X[rows], memories), targets[rows], memories[-1])
            rdy = self.loss_function.curvature(self._r_forward(w, v, X[rows], memories), memories[-1])
            self._backward(w, rdy, memories, part)
            product += part
        return product

    def accuracy(self, w: Vector, X: Array, Y: Array | Labels) -> float:
        """The part of the n examples, from 0 to 1, whose largest output is that of the right class."""
        if not self.classifier:
            raise ValueError(f"{self.name} predicts numbers, not classes, so it has no accuracy: use loss().")
        targets = self.check(w, X, Y)
        return float(np.mean(self.predict(w, X).argmax(axis=1) == targets.argmax(axis=1)))

    def check(self, w: Vector, X: Array, Y: Array | Labels) -> Array:
        """Y as rows, (n, output_size), if w, X and Y fit the network and each other and are finite; else
        ValueError.
        """
        self._check(w, X)
        targets: Any = Y
        if self.classifier and isinstance(Y, np.ndarray) and np.issubdtype(Y.dtype, np.integer):
            return validate.one_hot(targets, len(X), self.output_size, w.dtype)
        validate.check_targets(targets, len(X), self.output_size, w.dtype)
        validate.check_finite("Y", targets)
        self.loss_function.check(targets)
        return cast(Array, targets)

    def buffer_bytes(self) -> int:
        """Bytes that the calling thread's buffers hold; they grow with the largest block seen and then
        stay.
        """
        return sum(memory.nbytes() for memory in self._memories())

    def _check(self, w: Vector, X: Array) -> None:
        validate.check_vector("w", w, self.size)
        validate.check_examples(X, self.input_shape[0], w.dtype)
        validate.check_finite("w", w)
        validate.check_finite("X", X)

    def _check_out(self, w: Vector, out: Vector | None) -> None:
        if out is None:
            return
        validate.check_vector("out", out, self.size, w.dtype)
        if np.may_share_memory(w, out):
            raise ValueError("out must not be w: w is still needed while the gradient is written.")

    def _forward(self, w: Vector, x: Array, memories: list[Memory], draw: Draw | None = None, start: int = 0) -> Array:
        if self.random:
            for number, memory in enumerate(memories):
                memory.draw = None if draw is None else (draw[0], draw[1], number, draw[2] + start)
        for layer, piece, memory in zip(self.layers, self._pieces, memories, strict=False):
            x = layer.forward(w[piece], x, memory)
        return x

    def _backward(self, w: Vector, dy: Array, memories: list[Memory], gradient: Vector) -> None:
        for i in range(len(self.layers) - 1, self._lowest - 1, -1):
            layer, piece = self.layers[i], self._pieces[i]
            if layer.parameters:
                layer.gradient(dy, memories[i], gradient[piece])
            if i > self._lowest:
                dy = layer.backward(w[piece], dy, memories[i])

    def _r_forward(self, w: Vector, v: Vector, x: Array, memories: list[Memory]) -> Array:
        rx = np.zeros_like(x)  # the examples do not depend on w
        for layer, piece, memory in zip(self.layers, self._pieces, memories, strict=False):
            rx = layer.r_forward(w[piece], v[piece], rx, memory)
        return rx

    def _blocks(self, n: int) -> Iterator[slice]:
        """The blocks of n examples; a loop over them has one BLAS thread if the products are small."""
        with one_blas_thread() if self._small_products else nullcontext():
            for start in range(0, n, self.block):
                yield slice(start, min(start + self.block, n))

    def _memories(self) -> list[Memory]:
        """A Memory for each layer and one more for the loss, those of the thread that asks."""
        try:
            memories: list[Memory] = self._local.memories
        except AttributeError:
            memories = self._local.memories = [Memory() for _ in range(len(self.layers) + 1)]
        return memories

    def _weights_only(self) -> NDArray[np.bool_]:
        weights = np.zeros(self.size, bool)
        for name, (piece, _) in self._views.items():
            weights[piece] = not name.endswith(".b")
        return weights

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_local"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"<Network {self.name}: {self.size:,} parameters>"
