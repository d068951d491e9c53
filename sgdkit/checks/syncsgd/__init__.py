"""The exercises of 2-syncsgd, in the order of their notebooks."""

from ..exercise import Exercise
from . import (
    average_gradients,
    batches,
    faults,
    gradient,
    loss,
    parallel,
    predict,
    report,
    split_batch,
    sync_sgd,
    update,
    worker_gradient,
)

EXERCISES: tuple[Exercise, ...] = (
    predict.EXERCISE,
    loss.EXERCISE,
    gradient.EXERCISE,
    split_batch.EXERCISE,
    worker_gradient.EXERCISE,
    average_gradients.EXERCISE,
    sync_sgd.EXERCISE,
    report.exercise("easy", "sync_sgd", given=False),
    update.EXERCISE,
    batches.EXERCISE,
    parallel.EXERCISE,
    faults.EXERCISE,
    report.exercise("hard", "train", given=True),
)
