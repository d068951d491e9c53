"""What the tests hold the networks against: plain loops, central differences, and where the kinks are."""

from __future__ import annotations

import numpy as np

from sgdkit.models import Layer, MaxPool2d, Memory, Network, ReLU, SquaredError
from sgdkit.types import Array, Vector


def convolution(x: Array, kernel: Array, bias: Array) -> Array:
    """x (height, width, n, channels), kernel (k, k, channels, filters) → (height, width, n, filters)."""
    height, width, n, _ = x.shape
    k, middle = len(kernel), len(kernel) // 2
    y = np.zeros((height, width, n, kernel.shape[3]), x.dtype)
    for h in range(height):
        for w in range(width):
            for i in range(k):
                for j in range(k):
                    row, column = h + i - middle, w + j - middle
                    if 0 <= row < height and 0 <= column < width:
                        y[h, w] += x[row, column] @ kernel[i, j]
    return y + bias


def max_pool(x: Array) -> tuple[Array, Array]:
    """The largest of each 2×2 square, and where it is in x: True at the first of the largest, in reading order."""
    height, width, n, channels = x.shape
    y = np.empty((height // 2, width // 2, n, channels), x.dtype)
    winner = np.zeros(x.shape, bool)
    for h in range(height // 2):
        for w in range(width // 2):
            for example in range(n):
                for c in range(channels):
                    square = x[2 * h : 2 * h + 2, 2 * w : 2 * w + 2, example, c]
                    first = int(square.argmax())
                    y[h, w, example, c] = square.flat[first]
                    winner[2 * h + first // 2, 2 * w + first % 2, example, c] = True
    return y, winner


def kinks(network: Network, w: Vector, X: Array) -> list[Array]:
    """On which side of every kink the examples are: the decisions of each ReLU and each max-pooling."""
    x, start, sides = X, 0, []
    for layer in network.layers:
        size = sum(int(np.prod(p.shape)) for p in layer.parameters)
        y = layer.forward(w[start : start + size], x, Memory())
        if isinstance(layer, ReLU):
            sides.append(x > 0)
        if isinstance(layer, MaxPool2d):
            sides.append(np.repeat(np.repeat(y, 2, axis=0), 2, axis=1) == x)
        x, start = y, start + size
    return sides


def smooth_between(network: Network, w: Vector, X: Array, step: Vector) -> bool:
    """Whether no example crosses a kink between w - step and w + step, as far as the two ends show."""
    here, there = kinks(network, w - step, X), kinks(network, w + step, X)
    return all(np.array_equal(a, b) for a, b in zip(here, there, strict=True))


def slope(network: Network, w: Vector, X: Array, Y: Array, direction: Vector, h: float) -> float:
    """The derivative of the loss along a direction, by a central difference."""
    return (network.loss(w + h * direction, X, Y) - network.loss(w - h * direction, X, Y)) / (2 * h)


def relative_error(a: Array | float, b: Array | float) -> float:
    """‖a - b‖ / max(‖a‖, ‖b‖, tiny)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b), 1e-300))


def small_network(layers: list[Layer], inputs: int) -> Network:
    """These layers with a squared error, in blocks of three examples."""
    return Network("small", layers, SquaredError(), inputs=inputs, block=3)


def examples(network: Network, n: int, seed: int = 0, dtype: type = np.float64) -> tuple[Vector, Array, Array]:
    """Parameters with no exact zero, n examples and fitting targets."""
    rng = np.random.default_rng(seed)
    w = network.init(seed) + 0.01 * rng.standard_normal(network.size)
    X = rng.standard_normal((n, network.input_shape[0]))
    if network.classifier:
        Y = np.eye(network.output_size)[rng.integers(network.output_size, size=n)]
    else:
        Y = rng.standard_normal((n, network.output_size))
    return w.astype(dtype), X.astype(dtype), Y.astype(dtype)
