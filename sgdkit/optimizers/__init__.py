"""Optimizers: rules that turn the gradient into the next w. One rule a file; `base` says how to add one."""

from .adam import Adam
from .base import Optimizer, Schedule
from .curvature import Curvature
from .momentum import Momentum
from .nesterov import Nesterov
from .newton import Newton
from .schedules import StepDecay, Warmup
from .sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "Curvature",
    "Momentum",
    "Nesterov",
    "Newton",
    "Optimizer",
    "Schedule",
    "StepDecay",
    "Warmup",
]
