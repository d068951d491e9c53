"""Small made-up problems, records and engines for the tests of the playground."""

from __future__ import annotations

from functools import cache

import numpy as np

from sgdkit.engines import SerialEngine
from sgdkit.history import Step
from sgdkit.look.playground.problem import Problem, explore
from sgdkit.look.playground.record import Ending, Record
from sgdkit.look.playground.settings import Settings, usual


@cache
def problem() -> Problem:
    """The parabola with its map."""
    return explore(usual(), SerialEngine(1))


def record(losses, settings: Settings | None = None, how: str = "", workers: int = 2, step: float = 1e-3) -> Record:
    """A record with these losses. Every step takes `step` seconds: 0.1 to share, 0.4 to compute, the rest to wait."""
    made = Record(settings or usual(), problem(), workers)
    plane = made.problem.surface.plane
    made.begin(plane.point(1, 0))
    for i, loss in enumerate(losses):
        begin = i * step
        spans = np.tile([begin + 0.1 * step, begin + 0.5 * step, begin + 0.5 * step], (workers, 1))
        made.clock.mapped(begin, begin + 0.9 * step, spans)
        made.add(Step(0, i, plane.point(1 - i / len(losses), 0), loss, (i + 1) * step))
        made.clock._rows[i, 2] = begin + step
    if how:
        made.ending = Ending(how)
    return made
