"""All four pictures of a moment, as PNG files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.colors import to_rgba

from .. import style
from . import png
from .frame import SHOWN_STEPS, Beside, Frame, beside, curves_of, ordinary
from .goal import reached
from .panel import HEIGHT, WIDTH
from .panels import LossPanel, MapPanel, WorkersPanel
from .record import Record

NAMES = ("steps", "seconds", "map", "workers")


class Canvas:
    """Draws records. sharpness: pixels for each pixel of the page; 2 for screens that have them."""

    def __init__(self, theme: str | style.Theme = "light", sharpness: float = 1.0) -> None:
        colours = style.theme_named(theme)
        self.theme = colours
        self._map = MapPanel(colours, sharpness)
        self._ended: tuple[Record, Beside] | None = None  # the run before, which does not grow any more
        self._panels = {
            "steps": LossPanel(colours, by="steps", sharpness=sharpness),
            "seconds": LossPanel(colours, by="seconds", sharpness=sharpness),
            "map": self._map,
            "workers": WorkersPanel(colours, sharpness),
        }

    def blank(self) -> bytes:
        """An empty picture of the right size, as a PNG file."""
        return png.encode(np.full((HEIGHT, WIDTH, 4), np.multiply(to_rgba(self.theme.paper), 255), np.uint8))

    def draw(
        self, record: Record, previous: Record | None = None, names: Sequence[str] = NAMES
    ) -> Iterator[tuple[str, bytes]]:
        """(name, PNG) of each picture in turn, so that the first one can be shown while the next is drawn."""
        frame = frame_of(record, self._beside(record, previous), names)
        self._map.surface = record.problem.surface if record.problem is not None else None
        with np.errstate(all="ignore"):
            for name in names:
                yield name, self._panels[name].png(frame)

    def _beside(self, record: Record, previous: Record | None) -> Beside | None:
        """The run before, if it was on the same problem. It has ended, and is looked up once."""
        if previous is None or previous.problem is not record.problem:
            return None
        if self._ended is None or self._ended[0] is not previous:
            self._ended = previous, beside(previous)
        return self._ended[1]

    def together(self, record: Record, previous: Record | None = None) -> bytes:
        """All four in one PNG, two by two."""
        frame = frame_of(record, self._beside(record, previous))
        self._map.surface = record.problem.surface if record.problem is not None else None
        with np.errstate(all="ignore"):
            tiles = [panel.draw(frame).copy() for panel in self._panels.values()]
        return png.encode(np.concatenate([np.concatenate(tiles[:2], 1), np.concatenate(tiles[2:], 1)]), 6)


def frame_of(record: Record, beside: Beside | None = None, names: Sequence[str] = NAMES) -> Frame:
    """What these pictures of this moment show."""
    ending, goal, steps = record.ending, record.settings.choice.goal, record.steps
    frame = Frame(goal=goal, ended=ending is not None, diverged=ending is not None and ending.how == "diverged")
    if beside is not None:
        frame = replace(frame, before=beside.curves, path_before=beside.path)
    if "steps" in names or "seconds" in names:
        at = reached(record.mean_loss[:steps], record.seconds[:steps], goal, record.epoch_steps)
        frame = replace(frame, curves=curves_of(record), goal_at=at)
    if "map" in names:
        frame = replace(frame, path=record.path())
    if "workers" in names:
        frame = replace(frame, times=ordinary(record.clock.last(3 * SHOWN_STEPS)), shares=record.clock.shares())
    return frame
