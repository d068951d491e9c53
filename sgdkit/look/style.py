"""One visual language for every picture: colours, sizes, light and dark, and the words under and behind a
picture.

Colours are Okabe and Ito's, which people with every kind of colour vision can tell apart; a line also has its
own marker, so that colour is never the only difference. Sizes suit a projector and a phone: nothing is
smaller than 11 points on a picture that is 6.4 inches wide.
"""

from __future__ import annotations

import base64
import html
import io
import os
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patheffects import Stroke, withStroke
from PIL import Image
from PIL.PngImagePlugin import PngInfo

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))

TITLE, TEXT, LEGEND, SMALL = 15, 13, 12, 11  # points
NARROW, WIDE = 6.4, 8.4  # inches
SCREEN, PRINT = 110, 150  # dots per inch


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    series: for the first, second, … line; deep, high: the ends of the loss surface; alarm: what went wrong.
    """

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]
    deep: str
    high: str
    alarm: str

    @cached_property
    def surface(self) -> LinearSegmentedColormap:
        """From the valley (deep) to the heights: one hue, so that paths of any colour stand out on it."""
        return LinearSegmentedColormap.from_list(f"sgdkit-{self.name}", [self.deep, self.high])

    def colour(self, number: int) -> str:
        """The colour of series `number`; they repeat after the last."""
        return self.series[number % len(self.series)]


LIGHT = Theme(
    "light", paper="#ffffff", ink="#1b1f24", muted="#57606a", grid="#d8dee4",
    series=(VERMILLION, BLUE, GREEN, PURPLE, BLACK, ORANGE, SKY),
    deep="#8fabc2", high="#fbfcfd", alarm=VERMILLION,
)  # fmt: skip
DARK = Theme(
    "dark", paper="#14181d", ink="#e9edf1", muted="#aab4be", grid="#343c45",
    series=(ORANGE, SKY, GREEN, YELLOW, "#ffffff", PURPLE, VERMILLION),
    deep="#0b0e12", high="#51687d", alarm=ORANGE,
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}
ThemeName = Literal["light", "dark"]

# What a worker does, by colour and by the height of its bar: colours may look alike, heights do not.
DOING = {"computing": (GREEN, 0.76), "communicating": (SKY, 0.52), "waiting": (ORANGE, 0.24)}
# Only with backup workers, and only where the update of w asks the workers again.
RARELY = {"too late": (PURPLE, 0.64), "asked again": (BLUE, 0.4)}


def theme_named(name: str | Theme) -> Theme:
    """The theme called `name`; ValueError for a name that is none."""
    if isinstance(name, Theme):
        return name
    if name not in THEMES:
        raise ValueError(f"theme = {name!r}: give one of {', '.join(map(repr, THEMES))}.")
    return THEMES[name]


class Picture(Figure):
    """A matplotlib figure that belongs to no window, knows its words, and shows itself in a notebook.

    alt: one or two sentences made from the data, for people who cannot see the picture: it is in the PNG's
    metadata and in the notebook's HTML.
    """

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        super().__init__(figsize=(width, height), facecolor=theme.paper, layout="constrained")
        FigureCanvasAgg(self)
        self.theme = theme
        self.alt = ""

    def png(self, dpi: float = SCREEN) -> bytes:
        """The picture as the bytes of a PNG file, its alt text among the metadata."""
        raw = io.BytesIO()
        self.savefig(raw, format="png", dpi=dpi)
        words = PngInfo()
        words.add_text("Software", "sgdkit")
        words.add_itxt("Description", self.alt)
        file = io.BytesIO()
        # 256 colours are all that our pictures need, and make a file a third as large.
        few = Image.open(raw).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(file, "png", pnginfo=words, optimize=True, dpi=(dpi, dpi))
        return file.getvalue()

    def save(self, path: str | os.PathLike[str], dpi: float = PRINT) -> Path:
        """Write the picture to a .png file; returns its path."""
        path = Path(path)
        path.write_bytes(self.png(dpi))
        return path

    def _repr_png_(self) -> bytes:
        return self.png()

    def _repr_html_(self) -> str:
        return self._img(self.png())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # HTML because it alone can carry the alt text in JupyterLab; PNG for whatever refuses or strips HTML.
        png = self.png()
        return {
            "text/html": self._img(png),
            "image/png": base64.b64encode(png).decode(),
            "text/plain": self.alt or repr(self),
        }

    def _img(self, png: bytes) -> str:
        source = base64.b64encode(png).decode()
        width = round(self.get_figwidth() * SCREEN)
        words = html.escape(self.alt, quote=True)
        return f'<img src="data:image/png;base64,{source}" alt="{words}" width="{width}" style="max-width:100%">'


def alt_text(picture: Figure) -> str:
    """What is to be seen on a picture of ours, in words and numbers; empty for a figure made elsewhere."""
    return getattr(picture, "alt", "")


def picture(
    theme: str | Theme = "light",
    *,
    width: float = NARROW,
    height: float = 4.4,
    columns: Iterable[float] = (1,),
) -> tuple[Picture, list[Axes]]:
    """An empty picture with a row of axes. width, height: inches, without title and caption; columns:
    relative widths of the axes.
    """
    colours = theme_named(theme)
    figure = Picture(width, height, colours)
    ratios = list(columns)
    axes = figure.subplots(1, len(ratios), squeeze=False, width_ratios=ratios)[0].tolist()
    for ax in axes:
        dress(ax, colours)
    return figure, axes


def dress(ax: Axes, theme: Theme) -> None:
    """Give axes the colours and sizes of the theme."""
    ax.set_facecolor(theme.paper)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(theme.muted)
    ax.tick_params(which="both", colors=theme.muted, labelcolor=theme.ink, labelsize=12)
    ax.grid(True, color=theme.grid, linewidth=0.8)
    ax.set_axisbelow(True)


def label(ax: Axes, x: str = "", y: str = "", title: str = "") -> None:
    """Name the axes, with units, and say above them what they show."""
    ink = _theme_of(ax).ink
    ax.set_xlabel(x, fontsize=TEXT, color=ink)
    ax.set_ylabel(y, fontsize=TEXT, color=ink)
    if title:
        ax.set_title(title, fontsize=TEXT, color=ink, loc="left")


def words(figure: Picture, title: str, caption: str = "", alt: str = "", *, named: Axes | None = None) -> Picture:
    """Write the title and the legend above the axes and the caption below them, so that nothing covers data.

    alt: by default title and caption; named: the axes whose labelled lines make the legend, if any are.
    """
    theme = figure.theme
    width, body = (72 * side for side in figure.get_size_inches())
    edge = 6.0  # points
    room = width - 2 * edge
    heading, lines = wrap(title, room, TITLE * 1.08), wrap(caption, room, SMALL)
    handles, labels = named.get_legend_handles_labels() if named is not None else ([], [])
    columns = _columns(labels, room)
    rows = -(-len(labels) // columns)
    title_height = TITLE * 1.25 * (heading.count("\n") + 1)
    above = edge + title_height + (LEGEND * 1.5 * rows + 3 if rows else 0)
    below = edge + (SMALL * 1.3 * (lines.count("\n") + 1) + 4 if lines else 0)
    height = above + body + below  # so that the axes keep their size, however much is said
    figure.set_size_inches(width / 72, height / 72)
    left, top = edge / width, 1 - edge / height
    figure.text(
        left,
        top,
        heading,
        ha="left",
        va="top",
        fontsize=TITLE,
        color=theme.ink,
        fontweight="bold",
        linespacing=1.15,
    )
    if rows:
        figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(left, top - title_height / height),
            ncols=columns,
            fontsize=LEGEND,
            frameon=False,
            labelcolor=theme.ink,
            borderaxespad=0,
            borderpad=0.2,
            handlelength=2.2,
            columnspacing=1.6,
            labelspacing=0.35,
        )
    figure.text(left, edge / height, lines, ha="left", va="bottom", fontsize=SMALL, color=theme.muted, linespacing=1.2)
    layout = figure.get_layout_engine()
    assert isinstance(layout, ConstrainedLayoutEngine)
    layout.set(rect=(0, below / height, 1, body / height), w_pad=0.08, h_pad=0.05)
    figure.alt = " ".join((alt or f"{title}. {caption}").split())
    return figure


def _columns(labels: list[str], room: float) -> int:
    """How many columns a legend may have in `room` points; no more than its rows need."""
    if not labels:
        return 1
    fit = max(1, int(room / (LEGEND * 0.54 * max(map(len, labels)) + 46)))
    return -(-len(labels) // -(-len(labels) // fit))


def wrap(text: str, room: float, size: float) -> str:
    """Break text into lines of `room` points at `size` points a letter (a letter is about 0.54 of its size
    wide).
    """
    return "\n".join(textwrap.wrap(text, max(20, int(room / (0.54 * size))), break_long_words=False))


def halo(theme: Theme, width: float = 2.5) -> list[Stroke]:
    """A rim in the paper's colour, which keeps a line or a word readable on anything."""
    return [withStroke(linewidth=width, foreground=theme.paper)]


def number(value: float, digits: int = 3) -> str:
    """A number for reading: `digits` significant ones, thousands with commas, no exponent between 1e-4 and
    1e7.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e7:
        return f"{value:.{digits - 1}e}"
    rounded = float(f"{value:.{digits - 1}e}")
    if abs(rounded) >= 10 ** (digits - 1):
        return f"{rounded:,.0f}"
    return f"{rounded:.{digits}g}"


def _theme_of(ax: Axes) -> Theme:
    figure = ax.get_figure(root=True)
    return figure.theme if isinstance(figure, Picture) else LIGHT
