"""All four pictures of a moment, as PNG files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.colors import to_rgba

from .. import style
from . import png
from .frame import SHOWN_STEPS, Frame, curves_of, ordinary
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
        frame = frame_of(record, previous)
        self._map.surface = record.problem.surface if record.problem is not None else None
        with np.errstate(all="ignore"):
            for name in names:
                yield name, self._panels[name].png(frame)

    def together(self, record: Record, previous: Record | None = None) -> bytes:
        """All four in one PNG, two by two."""
        frame = frame_of(record, previous)
        self._map.surface = record.problem.surface if record.problem is not None else None
        with np.errstate(all="ignore"):
            tiles = [panel.draw(frame).copy() for panel in self._panels.values()]
        return png.encode(np.concatenate([np.concatenate(tiles[:2], 1), np.concatenate(tiles[2:], 1)]), 6)


def frame_of(record: Record, previous: Record | None = None) -> Frame:
    """What the pictures of this moment show. A previous run is shown only where it was on the same problem."""
    if previous is not None and previous.problem is not record.problem:
        previous = None
    curves = curves_of(record)
    goal = record.settings.choice.goal
    steps = record.steps
    ending = record.ending
    return Frame(
        curves=curves,
        path=record.path(),
        before=curves_of(previous) if previous is not None else None,
        path_before=previous.path() if previous is not None else None,
        times=ordinary(record.clock.last(3 * SHOWN_STEPS)),
        shares=record.clock.shares(),
        goal=goal,
        goal_at=reached(record.mean_loss[:steps], record.seconds[:steps], goal, record.epoch_steps),
        diverged=ending is not None and ending.how == "diverged",
    )
