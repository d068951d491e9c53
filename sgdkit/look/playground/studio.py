"""Drawing in a process of its own.

While a picture is drawn, some milliseconds, the interpreter lets no other thread run: in the kernel's process training
would stand still meanwhile. So another process draws. Until it has started, and where it cannot be had, the pictures
are drawn here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.pool import AsyncResult

import numpy as np

from ...pool import Pool
from ..surface import Surface
from .canvas import NAMES, Canvas, frame_of
from .frame import Frame
from .record import Record

PATIENCE = 5.0  # seconds that one picture may take, before it is drawn here


class Studio:
    """A Canvas whose pictures come from another process.

    theme, sharpness: see Canvas; method: see Pool. The process is started for the first picture, and again for the
    next one after a `rest`.
    """

    def __init__(self, theme: str = "light", sharpness: float = 1.0, method: str | None = None) -> None:
        self.canvas = Canvas(theme, sharpness)
        self._sharpness, self._method = sharpness, method
        self._pool: Pool | None = None
        self._ready: AsyncResult[None] | None = None
        self._surface: Surface | None = None
        self._light: Surface | None = None
        self._number = 0  # of the surface: the other process shall know it again

    @property
    def pids(self) -> list[int]:
        """The number of the process that draws, if there is one."""
        return [] if self._pool is None else self._pool.pids

    def wear(self, theme: str) -> None:
        """Draw in this theme from now on."""
        self.canvas = Canvas(theme, self._sharpness)

    def draw(
        self, record: Record, previous: Record | None = None, names: Sequence[str] = NAMES
    ) -> Iterator[tuple[str, bytes]]:
        """See Canvas.draw."""
        frame = frame_of(record, previous)
        surface = record.problem.surface if record.problem is not None else None
        for name in names:
            yield name, self._drawn_there(name, frame, surface) or self.canvas.paint(name, frame, surface)

    def wait(self, seconds: float) -> None:
        """Until the process can draw, but no longer than that."""
        if self._ready is not None:
            self._ready.wait(seconds)

    def rest(self) -> None:
        """End the process. The next picture starts it again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()

    def _drawn_there(self, name: str, frame: Frame, surface: Surface | None) -> bytes:
        """The picture; nothing, if the process does not answer or is not ready."""
        try:
            if self._pool is None:
                self._pool = Pool(1, start_method=self._method)
                self._ready = self._pool.apply_async(_get_ready)
            if self._ready is None or not self._ready.ready():
                return b""
            if surface is not self._surface:
                self._surface, self._light = surface, None if surface is None else _without_parameters(surface)
                self._number += 1
            what = self.canvas.theme.name, self._sharpness, name, frame, self._light, self._number
            return self._pool.apply_async(_paint, what).get(PATIENCE)
        except Exception:  # whatever is wrong with it: what is wrong with the picture itself will be seen here
            self.rest()
            return b""


def _without_parameters(surface: Surface) -> Surface:
    """The map without the network's parameters, which are long and are not drawn."""
    nothing = np.zeros(0)
    return replace(surface, plane=replace(surface.plane, origin=nothing, directions=np.zeros((2, 0))))


# In the process that draws.

_canvases: dict[tuple[str, float], Canvas] = {}
_known: tuple[int, Surface | None] = (-1, None)


def _get_ready() -> None:
    """Nothing: matplotlib is imported by now."""


def _paint(theme: str, sharpness: float, name: str, frame: Frame, surface: Surface | None, number: int) -> bytes:
    """One picture. A surface with a number seen just before is the same, which need not be drawn again."""
    global _known
    if number != _known[0]:
        _known = number, surface
    if (theme, sharpness) not in _canvases:
        _canvases[theme, sharpness] = Canvas(theme, sharpness)
    return _canvases[theme, sharpness].paint(name, frame, _known[1])
