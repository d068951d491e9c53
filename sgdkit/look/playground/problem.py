"""What is trained on, and the map on which every run is drawn: made once for a network and its data, then kept.

The paths of different runs can be compared only on one map. Its plane is that of a reference run, a good one; whatever
is tried later is projected onto it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ...data import Dataset, Split
from ...engines import PoolEngine
from ...engines.engine import Engine
from ...models import Network
from ...sync import SyncSGD
from ...types import Vector
from ..planes import Floats, pca_plane
from ..surface import Objective, Surface, axes_around, evaluate, thin
from .settings import DATA, NETWORKS, OPTIMIZERS, Settings, epochs_for
from .sharpness import largest_curvature


@dataclass(frozen=True, eq=False)
class Problem:
    """A network, its data, and what is known of its loss.

    surface: the loss on the reference run's plane; reference: (k, 2) its path there. curvature: λmax at its end, in
    the valley where every run wants to come to rest. seen: examples of which map and curvature are made.
    """

    name: tuple[str, str]
    network: Network
    split: Split
    surface: Surface
    reference: Floats
    seen: Dataset
    curvature: float

    def curvature_at(self, w: Vector) -> float:
        """λmax at w, of the loss per example of `seen`."""
        return curvature_on(self.network, w, self.seen)


def explore(settings: Settings, engine: Engine) -> Problem:
    """The network and data of these settings, and their map, computed by the engine's workers side by side.

    Raises what the data set raises where it cannot be had (MNIST without a network).
    """
    choice = NETWORKS[settings.network]
    network, split = choice.make(), DATA[settings.data](choice.dtype)
    train = split.train
    optimizer = "Adam" if choice.optimizer == "Adam" else "Nesterov"
    trainer = SyncSGD(
        network, OPTIMIZERS[optimizer](choice.rates[optimizer]), batch_size=choice.batch_size, engine=engine
    )
    part = train.take(slice(0, 6_000))
    epochs = epochs_for(choice.explored, len(part), choice.batch_size)
    run = trainer.fit(part, epochs=epochs, progress=False, evaluate=False)

    plane = pca_plane(run.path)
    seen = train.take(thin(len(train), choice.seen)) if len(train) > choice.seen else train
    objective = Objective(network, seen)
    path = plane.coordinates(run.path)
    a, b = axes_around(path, choice.resolution)
    pool = engine.pool if isinstance(engine, PoolEngine) else None
    with threadpool_limits(1), np.errstate(all="ignore"):
        surface = evaluate(objective, plane, a, b, pool)
        curvature = curvature_on(network, run.w, seen)
    return Problem((settings.network, settings.data), network, split, surface, path, seen, curvature)


def curvature_on(network: Network, w: Vector, seen: Dataset) -> float:
    """λmax, more exactly for a small network than for a large one."""
    with np.errstate(all="ignore"):
        return largest_curvature(network, w, seen, 30 if network.size < 1000 else 12)


class Problems:
    """The problems met so far."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Problem] = {}

    def knows(self, settings: Settings) -> bool:
        """Whether these settings' map is there already."""
        return (settings.network, settings.data) in self._known

    def get(self, settings: Settings, engine: Engine) -> Problem:
        """The problem of these settings, explored where it is new."""
        name = (settings.network, settings.data)
        if name not in self._known:
            self._known[name] = explore(settings, engine)
        return self._known[name]
