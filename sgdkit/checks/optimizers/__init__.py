"""The exercises of 3-optimizers, in the order of their notebook."""

from ..exercise import Exercise
from . import adam, hessian, momentum, nesterov, newton_step, objective_gradient

EXERCISES: tuple[Exercise, ...] = (
    momentum.EXERCISE,
    nesterov.EXERCISE,
    adam.EXERCISE,
    objective_gradient.EXERCISE,
    hessian.EXERCISE,
    newton_step.EXERCISE,
)
