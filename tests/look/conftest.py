"""Small real runs to draw."""

from __future__ import annotations

import pytest

from sgdkit import SyncSGD
from sgdkit.data import Dataset, Split, digits, parabola
from sgdkit.models import ann
from sgdkit.models import parabola as parabola_network
from sgdkit.optimizers import SGD
from sgdkit.run import Run


@pytest.fixture(scope="session")
def curve() -> Split:
    return parabola()


@pytest.fixture(scope="session")
def parabola_run(curve: Split) -> Run:
    with SyncSGD(parabola_network(), SGD(0.05), workers=2, batch_size=10, lam=0.5, engine="serial") as trainer:
        return trainer.fit(curve.train, epochs=8, test=curve.test, progress=False)


@pytest.fixture(scope="session")
def diverged_run(curve: Split) -> Run:
    with SyncSGD(parabola_network(), SGD(0.9), workers=2, batch_size=10, engine="serial") as trainer:
        return trainer.fit(curve.train, epochs=40, test=curve.test, progress=False)


@pytest.fixture(scope="session")
def images() -> Dataset:
    return digits().train.take(slice(0, 120))


@pytest.fixture(scope="session")
def digits_run(images: Dataset) -> Run:
    with SyncSGD(ann(10), SGD(0.02), workers=3, batch_size=20, engine="serial") as trainer:
        return trainer.fit(images, epochs=3, test=images, progress=False)
