"""A small matplotlib figure that is redrawn ten times a second: its background is kept, only what moves is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .. import style
from . import png

WIDTH, HEIGHT = 520, 300  # pixels on the page
DPI = 100
TITLE, TEXT, SMALL = 13, 12, 11  # points at 72 dpi; pixels are a third more


class Panel:
    """Axes in a figure of WIDTH × HEIGHT page pixels, times `sharpness`.

    Subclasses bring the background to a frame in `fit`, and yield what of the run before is drawn onto it in `standing`
    and what moves in `moving`. The background, and the background with the run before, are kept as pixels.
    """

    margins = (74, 16, 36, 48)  # left, right, top, bottom, in page pixels

    def __init__(self, theme: style.Theme, title: str, sharpness: float = 1.0) -> None:
        self.theme, self.title = theme, title
        self.figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI * sharpness, facecolor=theme.paper)
        self._canvas = FigureCanvasAgg(self.figure)
        left, right, top, bottom = self.margins
        box = (left / WIDTH, bottom / HEIGHT, 1 - (left + right) / WIDTH, 1 - (top + bottom) / HEIGHT)
        self.ax = self.figure.add_axes(box)
        style.dress(self.ax, theme)
        self.ax.tick_params(labelsize=SMALL)
        self.figure.text(
            10 / WIDTH, 1 - 8 / HEIGHT, title, ha="left", va="top", fontsize=TITLE, color=theme.ink, fontweight="bold"
        )
        self._kept: Any = None
        self._with_before: tuple[Any, Any] | None = None  # the run before, and the pixels with it

    def text(self, x: float, y: float, words: str, **options: Any) -> Any:
        """Words at page pixels from the left and from the top."""
        return self.figure.text(x / WIDTH, 1 - y / HEIGHT, words, **({"fontsize": SMALL} | options))

    def label(self, x: str, y: str = "") -> None:
        """Name the axes."""
        self.ax.set_xlabel(x, fontsize=TEXT, color=self.theme.ink, labelpad=2)
        self.ax.set_ylabel(y, fontsize=TEXT, color=self.theme.ink)
        self.ax.yaxis.set_label_coords(21 / WIDTH, self.ax.get_position().y0 + self.ax.get_position().height / 2,
                                       transform=self.figure.transFigure)  # fmt: skip

    def fit(self, frame: Any) -> bool:
        """Bring the axes' limits to this frame; True if the background must be drawn again."""
        raise NotImplementedError

    def before(self, frame: Any) -> Any:
        """What the frame has of the run before; the same object as long as it is the same run. None: nothing."""
        return None

    def standing(self, frame: Any) -> Iterable[Artist]:
        """Artists of the run before, made ready."""
        return ()

    def moving(self, frame: Any) -> Iterable[Artist]:
        """Artists to be drawn onto the background, made ready for this frame."""
        raise NotImplementedError

    def touch(self, frame: Any, pixels: NDArray[np.uint8]) -> None:
        """Write into the pixels directly, which is the fastest way to draw a bar."""

    def draw(self, frame: Any) -> NDArray[np.uint8]:
        """(height, width, 4) the frame in pixels: a view, good until the next call."""
        if self.fit(frame) or self._kept is None:
            self._canvas.draw()
            self._kept = self._canvas.copy_from_bbox(self.figure.bbox)
            self._with_before = None
        if self._with_before is None or self._with_before[0] is not self.before(frame):
            self._canvas.restore_region(self._kept)
            self._draw(self.standing(frame))
            self._with_before = self.before(frame), self._canvas.copy_from_bbox(self.figure.bbox)
        else:
            self._canvas.restore_region(self._with_before[1])
        self._draw(self.moving(frame))
        pixels = np.asarray(self._canvas.buffer_rgba())
        self.touch(frame, pixels)
        return pixels

    def _draw(self, artists: Iterable[Artist]) -> None:
        for artist in artists:
            self.figure.draw_artist(artist) if artist.axes is None else self.ax.draw_artist(artist)

    def png(self, frame: Any) -> bytes:
        """The frame as a PNG file."""
        return png.encode(self.draw(frame))
