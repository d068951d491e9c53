"""What can be chosen on the playground: networks, data, optimizers, and which choices go together. No widgets here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ... import data, models
from ...data import Split
from ...models import Network
from ...optimizers import SGD, Adam, Momentum, Nesterov, Newton, Optimizer

WORKERS = 8
RATES = (-5.0, 1.0)  # the learning rate's slider goes from 10^−5 to 10^1
STEPS = (300, 1_000, 3_000, 10_000, 30_000)
OWN = "your own"

OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {
    "SGD": SGD,
    "Momentum": Momentum,
    "Nesterov": Nesterov,
    "Adam": Adam,
    "Newton": Newton,
}
DATA: dict[str, Callable[[Any], Split]] = {
    "parabola": data.parabola,
    "digits": data.digits,
    "mnist": data.mnist,
    "lorenz": data.lorenz,
}
EXAMPLES = {"parabola": 50, "digits": 1_437, "mnist": 60_000, "lorenz": 900}  # to train on


@dataclass(frozen=True)
class Choice:
    """A network that can be chosen, with values that suit it.

    data: names of the data that fit, the usual one first. batch_size, steps, rates (optimizer -> learning
    rate): to begin with. goal: the loss per example that the game asks for. resolution, seen, explored: points along
    each side of its map, examples of which the map's loss is made, and steps of the run that finds the map.
    """

    make: Callable[[], Network]
    data: tuple[str, ...]
    batch_size: int
    steps: int
    goal: float
    rates: dict[str, float]
    optimizer: str = "SGD"
    dtype: type = np.float32
    resolution: int = 29
    seen: int = 256
    explored: int = 300


def as_in_the_notebook() -> Network:
    """1 → 10 tanh → 1 without output bias: the layout of w that the notebooks of 2-syncsgd use, 30 parameters."""
    layers = [models.Dense(1, 10, init="normal"), models.Tanh(), models.Dense(10, 1, bias=False, init="normal")]
    return Network("parabola, 10 nodes", layers, models.SquaredError(), inputs=1)


def _ann(hidden: int) -> Callable[[], Network]:
    return lambda: models.ann(hidden)


_ANN = {"SGD": 0.02, "Momentum": 0.005, "Nesterov": 0.005, "Adam": 0.002, "Newton": 1.0}
_CNN = {"SGD": 0.05, "Momentum": 0.01, "Nesterov": 0.01, "Adam": 0.002, "Newton": 1.0}
_CURVE = {"SGD": 0.1, "Momentum": 0.02, "Nesterov": 0.02, "Adam": 0.05, "Newton": 1.0}
_LORENZ = {"SGD": 1e-4, "Momentum": 1e-5, "Nesterov": 1e-5, "Adam": 0.02, "Newton": 1.0}
_IMAGES = ("digits", "mnist")

NETWORKS: dict[str, Choice] = {
    "parabola, 5 nodes": Choice(models.parabola, ("parabola",), 16, 300, 0.01, _CURVE, dtype=np.float64, explored=800),
    "parabola, 10 nodes": Choice(
        as_in_the_notebook, ("parabola",), 16, 300, 0.01, _CURVE, dtype=np.float64, explored=800
    ),
    "ANN, 10 nodes": Choice(_ann(10), _IMAGES, 64, 300, 0.22, _ANN, resolution=23),
    "ANN, 50 nodes": Choice(_ann(50), _IMAGES, 64, 300, 0.17, _ANN, resolution=19),
    "CNN": Choice(models.cnn, _IMAGES, 64, 300, 0.2, _CNN, resolution=11, seen=64, explored=60),
    "Lorenz": Choice(models.lorenz, ("lorenz",), 128, 1_000, 250.0, _LORENZ, "Adam", dtype=np.float64),
}


@dataclass(frozen=True)
class Settings:
    """What one run is made with. batch_size: examples of all workers together; steps: how long it goes on."""

    network: str
    data: str
    optimizer: str
    workers: int
    batch_size: int
    lr: float
    steps: int

    @property
    def choice(self) -> Choice:
        """The network's entry."""
        return NETWORKS[self.network]

    def words(self) -> str:
        """As a line of the table of results."""
        workers = f"{self.workers} worker" + ("s" if self.workers > 1 else "")
        return f"{self.optimizer}, learning rate {self.lr:.3g}, mini-batch {self.batch_size}, {workers}"


def usual(network: str = next(iter(NETWORKS)), workers: int = 2) -> Settings:
    """What suits a network. ValueError: there is no such one."""
    if network not in NETWORKS:
        raise ValueError(f"network = {network!r}: give one of {', '.join(map(repr, NETWORKS))}.")
    choice = NETWORKS[network]
    lr = choice.rates[choice.optimizer]
    return Settings(network, choice.data[0], choice.optimizer, workers, choice.batch_size, lr, choice.steps)


def batch_sizes(data: str) -> tuple[int, ...]:
    """Powers of two from 1 to the first one that holds all examples to train on, but no more than 4,096."""
    largest = min(12, int(np.ceil(np.log2(EXAMPLES[data]))))
    return tuple(2**power for power in range(largest + 1))


def changed(settings: Settings, name: str, value: Any) -> Settings:
    """The settings after one choice, and the others as far as they have to follow.

    Another network brings all that suits it, but keeps the number of workers and one's own optimizer; another
    optimizer brings its learning rate. ValueError: something that there is not.
    """
    if name == "network":
        new = usual(value, settings.workers)
        return changed(new, "optimizer", OWN) if settings.optimizer == OWN else new
    new = replace(settings, **{name: value})
    choice = new.choice
    if name == "data" and value not in choice.data:
        raise ValueError(f"data = {value!r} does not fit {new.network}: give one of {', '.join(choice.data)}.")
    if name == "optimizer":
        if value not in (*OPTIMIZERS, OWN):
            raise ValueError(f"optimizer = {value!r}: give one of {', '.join(OPTIMIZERS)}.")
        new = replace(new, lr=choice.rates.get(value, choice.rates["SGD"]))
    return new


def epochs_for(steps: int, examples: int, batch_size: int) -> int:
    """How many epochs hold so many steps."""
    return -(-steps // -(-examples // batch_size))
