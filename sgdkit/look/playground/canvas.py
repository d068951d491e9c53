"""All four pictures of a moment, as PNG files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba

from .. import style
from ..planes import Floats
from . import png
from .frame import SHOWN_STEPS, Curves, Frame, curves_of, ordinary
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
        frame = frame_of(record, previous, names)
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


def frame_of(record: Record, previous: Record | None = None, names: Sequence[str] = NAMES) -> Frame:
    """What these pictures of this moment show. A previous run is shown only where it was on the same problem."""
    ending = record.ending
    parts: dict[str, Any] = {"goal": record.settings.choice.goal, "ended": ending is not None}
    parts["diverged"] = ending is not None and ending.how == "diverged"
    beside = _as_it_ended(previous) if previous is not None and previous.problem is record.problem else (None, None)
    if "steps" in names or "seconds" in names:
        steps, goal = record.steps, parts["goal"]
        at = reached(record.mean_loss[:steps], record.seconds[:steps], goal, record.epoch_steps)
        parts |= {"curves": curves_of(record), "before": beside[0], "goal_at": at}
    if "map" in names:
        parts |= {"path": record.path(), "path_before": beside[1]}
    if "workers" in names:
        parts |= {"times": ordinary(record.clock.last(3 * SHOWN_STEPS)), "shares": record.clock.shares()}
    return Frame(**parts)


@lru_cache(maxsize=2)
def _as_it_ended(previous: Record) -> tuple[Curves, Floats]:
    """The curves and the path of a run that will not grow any more, though it is drawn again and again."""
    return curves_of(previous), previous.path()
