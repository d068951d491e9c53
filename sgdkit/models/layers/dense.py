"""A fully connected layer."""

from __future__ import annotations

import numpy as np

from sgdkit.models.initial import check_scheme, initial_bias, initial_weights
from sgdkit.models.layers.layer import Layer, Parameter, Shape
from sgdkit.models.memory import Memory
from sgdkit.types import Array, Vector


class Dense(Layer):
    """y = x W + b, from `inputs` to `outputs` numbers; x: (n, inputs), W: (inputs, outputs), b: (outputs,).

    Column j of W holds the weights that go into neuron j. `bias=False` leaves b out. `init` names one of the
    schemes in `sgdkit.models.initial`.
    """

    def __init__(self, inputs: int, outputs: int, bias: bool = True, init: str = "lecun") -> None:
        if inputs < 1 or outputs < 1:
            raise ValueError(f"Dense needs at least one input and one output, not {inputs} and {outputs}.")
        self.inputs, self.outputs, self.bias, self.scheme = inputs, outputs, bias, check_scheme(init)
        weights = Parameter("W", (inputs, outputs))
        self.parameters = (weights, Parameter("b", (outputs,))) if bias else (weights,)

    def shape(self, shape: Shape) -> Shape:
        if shape != (self.inputs,):
            raise ValueError(f"Dense({self.inputs}, {self.outputs}) takes {self.inputs} numbers, not shape {shape}.")
        return (self.outputs,)

    def init(self, rng: np.random.Generator) -> list[Array]:
        weights = initial_weights(self.scheme, rng, (self.inputs, self.outputs), self.inputs, self.outputs)
        return [weights, initial_bias(self.scheme, rng, self.outputs)] if self.bias else [weights]

    def forward(self, w: Vector, x: Array, memory: Memory) -> Array:
        memory.x = x
        y = np.matmul(x, self._weights(w), out=memory.array("y", (len(x), self.outputs), x.dtype))
        if self.bias:
            y += self._bias(w)
        return y

    def gradient(self, dy: Array, memory: Memory, dw: Vector) -> None:
        np.matmul(memory.x.T, dy, out=self._weights(dw))
        if self.bias:
            np.add.reduce(dy, axis=0, out=self._bias(dw))

    def backward(self, w: Vector, dy: Array, memory: Memory) -> Array:
        return np.matmul(dy, self._weights(w).T, out=memory.array("dx", memory.x.shape, dy.dtype))

    def r_forward(self, w: Vector, v: Vector, rx: Array, memory: Memory) -> Array:
        # A product: R{x W + b} = R{x} W + x V + R{b}
        memory.rx = rx
        ry = rx @ self._weights(w)
        ry += memory.x @ self._weights(v)
        if self.bias:
            ry += self._bias(v)
        return ry

    def r_gradient(self, dy: Array, rdy: Array, memory: Memory, rdw: Vector) -> None:
        # R{xᵀ dy} = R{x}ᵀ dy + xᵀ R{dy}
        weights = self._weights(rdw)
        np.matmul(memory.rx.T, dy, out=weights)
        weights += memory.x.T @ rdy
        if self.bias:
            np.add.reduce(rdy, axis=0, out=self._bias(rdw))

    def r_backward(self, w: Vector, v: Vector, dy: Array, rdy: Array, memory: Memory) -> Array:
        # R{dy Wᵀ} = R{dy} Wᵀ + dy Vᵀ
        rdx = rdy @ self._weights(w).T
        rdx += dy @ self._weights(v).T
        return rdx

    def _weights(self, w: Vector) -> Array:
        return w[: self.inputs * self.outputs].reshape(self.inputs, self.outputs)

    def _bias(self, w: Vector) -> Vector:
        return w[self.inputs * self.outputs :]
