"""The networks against torch, where torch is installed: outputs, gradients, and twenty steps of SGD."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.models import ann, cnn, lenet, lorenz, parabola
from tests.models.reference import examples, relative_error

torch = pytest.importorskip("torch")
nn = torch.nn


def convolutions(channels, filters):
    return [
        nn.Conv2d(channels, filters, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]


# Conv2d before each Flatten gives (channels, height, width); ours are (height, width, channels), see `to_torch`.
PEERS = {
    "parabola": (parabola, lambda: [nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1)]),
    "ann": (lambda: ann(20), lambda: [nn.Linear(784, 20), nn.Tanh(), nn.Linear(20, 10, bias=False)]),
    "lorenz": (
        lambda: lorenz([5, 8]),
        lambda: [nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 3)],
    ),
    "cnn": (cnn, lambda: [*convolutions(1, 16), *convolutions(16, 32), nn.Flatten(), nn.Linear(1568, 10)]),
    "lenet": (
        lenet,
        lambda: [
            *convolutions(1, 32),
            *convolutions(32, 64),
            nn.Flatten(),
            nn.Linear(3136, 512),
            nn.ReLU(),
            nn.Linear(512, 10),
        ],
    ),
}


def to_torch(array):
    """One of our parameter arrays in torch's order of axes, and the way back."""
    if array.ndim == 4:  # (k, k, channels, filters) → (filters, channels, k, k)
        return array.transpose(3, 2, 0, 1)
    if array.ndim == 2 and array.shape[0] in (1568, 3136):  # rows counted (7, 7, c) → (c, 7, 7)
        return array.reshape(7, 7, -1, array.shape[1]).transpose(3, 2, 0, 1).reshape(array.shape[1], -1)
    return array.T


def peer(name, w):
    """The torch network with our parameters."""
    ours, layers = PEERS[name]
    network = nn.Sequential(*layers()).to(torch.float64 if w.dtype == np.float64 else torch.float32)
    arrays = ours().arrays(w).values()
    with torch.no_grad():
        for parameter, array in zip(network.parameters(), arrays, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(to_torch(array))))
    return network


def outputs_and_loss(name, network, X, Y):
    x = torch.from_numpy(X)
    outputs = network(x.reshape(-1, 1, 28, 28) if name in ("cnn", "lenet") else x)
    y = torch.from_numpy(Y)
    if name in ("cnn", "lenet"):
        return outputs, nn.functional.cross_entropy(outputs, y, reduction="sum")
    return outputs, 0.5 * ((outputs - y) ** 2).sum()


def in_our_order(name, tensors):
    """Torch's arrays as one vector in our order."""
    ours = PEERS[name][0]()
    numbers = ours.arrays(np.arange(ours.size))
    vector = np.empty(ours.size)
    for tensor, places in zip(tensors, numbers.values(), strict=True):
        vector[to_torch(places).ravel()] = tensor.detach().numpy().ravel()
    return vector


def batch(network, n, dtype):
    w, X, Y = examples(network, n, dtype=dtype)
    if network.input_shape == (784,):
        # like digits: pixels in [0, 1], borders blank, so that pooling meets squares of four equal numbers
        X = np.abs(X) / np.abs(X).max()
        X.reshape(-1, 28, 28)[:, :, :8] = 0
        X.reshape(-1, 28, 28)[:, 20:] = 0
    return w, X, Y


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 18])
@pytest.mark.parametrize("name", PEERS)
def test_outputs_loss_and_gradient(name, n, dtype):
    network = PEERS[name][0]()
    w, X, Y = batch(network, n, dtype)
    other = peer(name, w)
    outputs, loss = outputs_and_loss(name, other, X, Y)
    loss.backward()
    tolerance = 1e-12 if dtype == np.float64 else 2e-5
    assert relative_error(network.predict(w, X), outputs.detach().numpy()) < tolerance
    value, gradient = network.loss_and_gradient(w, X, Y)
    assert value == pytest.approx(float(loss.detach()), rel=tolerance)
    assert relative_error(gradient, in_our_order(name, [p.grad for p in other.parameters()])) < tolerance


@pytest.mark.parametrize("name", PEERS)
def test_twenty_steps(name):
    network = PEERS[name][0]()
    w, X, Y = batch(network, 40, np.float64)
    other = peer(name, w)
    sgd = torch.optim.SGD(other.parameters(), lr=0.01)
    for step in range(20):
        rows = slice(step % 4 * 10, step % 4 * 10 + 10)
        sgd.zero_grad()
        (outputs_and_loss(name, other, X[rows], Y[rows])[1] / 10).backward()
        sgd.step()
        w -= 0.01 * network.gradient(w, X[rows], Y[rows]) / 10
    assert relative_error(w, in_our_order(name, list(other.parameters()))) < 1e-10
    assert network.loss(w, X, Y) == pytest.approx(float(outputs_and_loss(name, other, X, Y)[1].detach()), rel=1e-9)


@pytest.mark.parametrize("name", ["parabola", "ann", "cnn"])
def test_hessian_vector_product(name):
    network = PEERS[name][0]()
    w, X, Y = batch(network, 4, np.float64)
    v = np.random.default_rng(0).standard_normal(network.size)
    other = peer(name, w)
    parameters = list(other.parameters())
    direction = [p.detach().clone() for p in peer(name, v).parameters()]
    first = torch.autograd.grad(outputs_and_loss(name, other, X, Y)[1], parameters, create_graph=True)
    product = torch.autograd.grad(sum((g * d).sum() for g, d in zip(first, direction, strict=True)), parameters)
    assert relative_error(network.hessian_vector(w, X, Y, v), in_our_order(name, product)) < 1e-10
