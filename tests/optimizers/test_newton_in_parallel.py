"""Newton's method in SyncSGD: Hessian-vector products and losses come from the workers."""

import numpy as np
import pytest

from sgdkit import data
from sgdkit.models import ann, parabola
from sgdkit.optimizers import Newton
from sgdkit.sync import SyncSGD
from tests.optimizers.serial_curvature import NetworkObjective, SerialCurvature


def alone(model, train, optimizer, lam, steps, seed=0):
    """Full-batch steps in this process, on all the data at once."""
    w, objective = model.init(seed, train.X.dtype), NetworkObjective(model, train, lam)
    for _ in range(steps):
        optimizer.step(w, objective.gradient(w), SerialCurvature(objective, w))
    return w, objective.loss(w)


@pytest.mark.parametrize(("engine", "workers"), [("serial", 1), ("serial", 3), ("pool", 2)])
@pytest.mark.parametrize("settings", [{}, {"direct": 0, "cg_steps": 6}], ids=["direct", "conjugate gradients"])
def test_the_steps_are_those_of_one_process(engine, workers, settings):
    """50 examples, three workers: shards of 17, 17 and 16; λ/N·v must come in once.

    Few steps of conjugate gradients: many would make much of the differences in rounding.
    """
    train = data.parabola().train
    expected, loss = alone(parabola(), train, Newton(**settings), lam=0.5, steps=6)
    optimizer = Newton(**settings)
    with SyncSGD(parabola(), optimizer, workers=workers, batch_size=50, lam=0.5, engine=engine) as trainer:
        run = trainer.fit(train, epochs=6, progress=False)
    assert run.steps == 6
    np.testing.assert_allclose(run.w, expected, rtol=1e-6)
    assert run.epochs[-1].loss == pytest.approx(loss, rel=1e-9)


def test_mini_batches_of_the_ann_on_two_workers():
    """Three steps on 300 digits each, 7,950 parameters, float32: every step lowers its own mini-batch's loss."""
    train = data.digits(np.float32).train.take(slice(0, 900))
    optimizer = Newton(cg_steps=10, tolerance=0.1)
    with SyncSGD(ann(hidden=10), optimizer, workers=2, batch_size=300, lam=1.0) as trainer:
        run = trainer.fit(train, epochs=2, progress=False)
    assert run.w.dtype == np.float32
    assert run.epochs[-1].loss < run.epochs[0].loss < run.loss[0]
