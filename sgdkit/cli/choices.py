"""The models, data sets and optimizers that the command line knows, by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .. import data, models, optimizers
from ..data import Split
from ..models import Network
from ..optimizers import Optimizer
from .values import Refused, listed

MODELS: dict[str, Callable[..., Network]] = {
    "ann": models.ann,
    "cnn": models.cnn,
    "lenet": models.lenet,
    "lorenz": models.lorenz,
    "parabola": models.parabola,
}
DATA: dict[str, Callable[..., Split]] = {
    "digits": data.digits,
    "mnist": data.mnist,
    "lorenz": data.lorenz,
    "parabola": data.parabola,
}
BELONG = {
    "ann": ("digits", "mnist"),
    "cnn": ("digits", "mnist"),
    "lenet": ("digits", "mnist"),
    "lorenz": ("lorenz",),
    "parabola": ("parabola",),
}
"""The data that fit each model; the first is taken where none is named."""

OPTIMIZERS: dict[str, tuple[Callable[[float], Optimizer], float]] = {
    "sgd": (optimizers.SGD, 0.02),
    "momentum": (optimizers.Momentum, 0.005),
    "nesterov": (optimizers.Nesterov, 0.005),
    "adam": (optimizers.Adam, 0.002),
    "newton": (optimizers.Newton, 1.0),
}
"""Each optimizer with its learning rate where none is given."""

START_METHODS = ("fork", "spawn", "forkserver")


def make_model(name: str, hidden: int | None) -> Network:
    """The network of that name; `hidden` nodes only for the ann."""
    if hidden is None:
        return MODELS[name]()
    if name != "ann":
        raise Refused(f"--hidden is {hidden}, but --model {name} has fixed layers: leave it out or take --model ann.")
    return models.ann(hidden)


def make_data(name: str | None, model: str, dtype: str) -> Split:
    """The data of that name, by default those that belong to the model."""
    if name is None:
        name = BELONG[model][0]
    elif name not in BELONG[model]:
        raise Refused(f"--data is {name}, which does not fit --model {model}: choose {listed(BELONG[model])}.")
    return DATA[name](dtype)


def make_optimizer(name: str | None, lr: float | None, model: str) -> Optimizer:
    """The optimizer of that name, by default with a learning rate that suits the ann on the digits."""
    make, usual = OPTIMIZERS[name or ("adam" if model == "lorenz" else "sgd")]
    return make(usual if lr is None else lr)


def check_start_method(method: str | None, engine: str) -> None:
    """Refuse a start method that this system has not, or that nothing would use."""
    import multiprocessing

    if method is None:
        return
    if engine != "pool":
        raise Refused(
            f"--start-method is {method}, but --engine {engine} starts none: leave it out or take --engine pool."
        )
    possible = multiprocessing.get_all_start_methods()
    if method not in possible:
        raise Refused(f"--start-method is {method}, which {os.name} does not have: choose {listed(possible)}.")


def coarse(model: Any) -> dict[str, Any]:
    """How finely to compute a loss contour, so that it takes seconds for a convolutional network too."""
    convolutional = any(array.ndim > 2 for array in model.arrays(model.init(0)).values())
    if not convolutional:
        return {}
    return {"resolution": 21, "examples": 128} if model.size < 100_000 else {"resolution": 15, "examples": 64}
