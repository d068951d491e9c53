"""Drawing a loss surface with paths on it: the map of the loss contour, without a word."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import style
from .planes import Floats
from .surface import Surface, levels


def draw(
    surface: Surface,
    paths: Mapping[str, Floats],
    theme: str | style.Theme = "light",
    cut: Mapping[str, str] = MappingProxyType({}),
) -> style.Picture:
    """The map alone. paths: {name: (k, 2) coordinates on the plane}; cut: {name: a word for its end} of those that
    go on, off the map.
    """
    figure, (ax,) = style.picture(theme, height=4.6)
    colours = figure.theme
    chosen = levels(surface.loss)
    heights = np.ma.masked_invalid(np.maximum(surface.loss, chosen[0]))
    norm = BoundaryNorm(chosen, colours.surface.N, extend="max")
    filled = ax.contourf(surface.a, surface.b, heights, chosen, cmap=colours.surface, norm=norm, extend="max")
    ax.contour(surface.a, surface.b, heights, chosen[1:], colors=colours.muted, linewidths=0.7, alpha=0.6)
    ax.grid(False)
    ax.set_xlim(surface.a[0], surface.a[-1])
    ax.set_ylim(surface.b[0], surface.b[-1])
    ax.autoscale(False)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))
    for i, (name, path) in enumerate(paths.items()):
        _draw_path(ax, path, colours, i, name, cut.get(name, ""))
    form = FuncFormatter(lambda value, _: style.number(value))
    bar = figure.colorbar(filled, ax=ax, pad=0.02, aspect=26, ticks=chosen[::2], format=form)
    bar.set_label("loss J(w)/N per example", fontsize=style.TEXT, color=colours.ink)
    bar.ax.tick_params(which="both", colors=colours.muted, labelcolor=colours.ink, labelsize=12)
    bar.ax.minorticks_off()
    bar.outline.set_edgecolor(colours.muted)  # type: ignore[operator]
    style.label(ax, *surface.plane.names)
    return figure


def _draw_path(ax: Axes, path: Floats, theme: style.Theme, i: int, name: str, cut: str) -> None:
    colour, line, marker = theme.colour(i), style.LINES[i % 4], style.MARKERS[i % len(style.MARKERS)]
    ax.plot(*path.T, color=colour, lw=2.4, ls=line, path_effects=style.halo(theme, 4), zorder=5 + i)
    ax.plot([], [], color=colour, lw=2.4, ls=line, marker=marker, ms=8, label=name or "_")
    end = "X" if cut else marker
    ax.plot(*path[-1], end, color=colour, ms=11, mec=theme.paper, mew=1.4, zorder=12 + i)
    if i == 0:
        ax.plot(*path[0], "o", color=theme.paper, ms=10, mec=theme.ink, mew=2, zorder=18)
        _say(ax, "start", path, theme)
    if len(path) > 1 and (cut or not name):
        _say(ax, cut or "end", path[::-1], theme)


def _say(ax: Axes, word: str, path: Floats, theme: style.Theme) -> None:
    """Write a word beside the first point of a path (k, 2), on the side where the path does not go, if the map has
    room for it there.
    """
    onward = path[min(len(path) - 1, 1 + len(path) // 8)] - path[0]
    left, below = onward > 0
    (start, stop), wide = ax.get_xlim(), 0.002 * style.TEXT * len(word)  # a letter is about so much of the map's width
    place = (path[0, 0] - start) / (stop - start)
    left = (left or place + wide > 1) and place - wide > 0
    ax.annotate(
        word,
        (path[0, 0], path[0, 1]),
        xytext=(-9 if left else 9, -9 if below else 9),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top" if below else "bottom",
        fontsize=style.TEXT,
        fontweight="bold",
        color=theme.ink,
        path_effects=style.halo(theme, 3),
        zorder=19,
    )
