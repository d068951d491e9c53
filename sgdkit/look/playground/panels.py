"""The four pictures of the playground: the loss twice, the map, and the workers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import BoundaryNorm, to_rgb
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from .. import style
from ..planes import Floats
from ..surface import Surface, levels
from .frame import SHOWN_STEPS, Curves, Frame, expected_seconds, expected_steps, loss_range
from .panel import HEIGHT, SMALL, TEXT, WIDTH, Panel

_NUMBER = FuncFormatter(lambda value, _: style.number(value))


class LossPanel(Panel):
    """The loss against steps, or against seconds of training."""

    margins = (74, 28, 36, 48)

    def __init__(self, theme: style.Theme, *, by: str, sharpness: float = 1.0) -> None:
        super().__init__(theme, f"Loss against {by}", sharpness)
        self.by = by
        self._limits: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
        self.label("training time (s)" if by == "seconds" else "step", "loss per example")
        self.ax.set_yscale("log")
        new, old, theme_ = theme.colour(0), theme.muted, theme
        self._lines = {
            "before": self.ax.plot([], [], color=old, lw=1.6, ls=style.LINES[1], animated=True)[0],
            "raw": self.ax.plot([], [], color=new, lw=0.8, alpha=0.45, animated=True)[0],
            "mean": self.ax.plot([], [], color=new, lw=2.4, animated=True, path_effects=style.halo(theme_, 4))[0],
            "goal at": self.ax.plot([], [], "*", color=theme.colour(2), ms=16, mec=theme.paper, animated=True)[0],
        }
        self._goal = self.ax.axhline(1, color=theme.colour(2), lw=1.6, ls=style.LINES[2])
        self._goal_word = self.ax.annotate(
            "goal", (0, 1), (5, -4), xycoords=("axes fraction", "data"), textcoords="offset points", va="top",
            fontsize=SMALL, color=theme.colour(2), fontweight="bold",
        )  # fmt: skip
        self.text(WIDTH - self.margins[1], 10, "- -  the run before", ha="right", va="top", color=old)

    def fit(self, frame: Frame) -> bool:
        """See Panel. The limits stay as long as they can: each change costs a whole drawing."""
        now, (right, low, high, _) = frame.curves, self._limits
        needed = self._reach(now)
        if frame.ended or not self._may_stay(now, needed, right):
            right = right if needed <= right <= 2.5 * needed else needed
        wanted = loss_range(_first(now), frame.goal, *_extent(now))
        if not (low <= wanted[0] * 1.01 and low * 30 > wanted[0]) or not wanted[1] / 12 <= high <= wanted[1] * 12:
            low, high = wanted
        elif high < wanted[1] / 1.01:
            high = wanted[1]
        if (right, low, high, frame.goal) == self._limits:
            return False
        self._limits = right, low, high, frame.goal
        self.ax.set_xlim(0, right)
        self.ax.set_ylim(low, high)
        few = high / low < 2000
        self.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 60 else (1, 3) if few else (1,)))
        self.ax.yaxis.set_major_formatter(_NUMBER)
        self.ax.yaxis.set_minor_locator(NullLocator())  # each of them takes time to draw
        self.ax.xaxis.set_major_locator(MaxNLocator(5, integer=self.by == "steps"))
        self.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        self._goal.set_ydata([frame.goal, frame.goal])
        self._goal_word.xy = (0, frame.goal)
        self._goal_word.set_text(f"goal {style.number(frame.goal)}")
        return True

    def _may_stay(self, curves: Curves, needed: float, right: float) -> bool:
        """Whether the last run's axis is likely to fit this one in the end, though it is long for its beginning."""
        if self.by == "steps":
            return needed <= right <= curves.total
        done, seconds = (curves.mean_at[-1], curves.mean_seconds[-1]) if len(curves.mean_at) else (0, 0.0)
        if done < 0.05 * curves.total:  # too few to say how long it will last
            return bool(seconds <= right)
        return needed <= right <= 6.4 * needed  # it is a guess, and rounded up to 1, 2, 5, 10, …

    def _reach(self, curves: Curves) -> float:
        done = int(curves.mean_at[-1]) if len(curves.mean_at) else 0
        total = expected_steps(done, curves.total)
        if self.by == "steps":
            return float(total)
        seconds = curves.mean_seconds
        if not len(seconds):
            return 0.1
        whole = np.interp(np.arange(1, done + 1), curves.mean_at, seconds) if done > 1 else seconds
        return expected_seconds(whole, total)

    def before(self, frame: Frame) -> Curves | None:
        """See Panel."""
        return frame.before

    def standing(self, frame: Frame) -> Iterator[Artist]:
        """See Panel."""
        if frame.before is not None:
            at = frame.before.mean_at if self.by == "steps" else frame.before.mean_seconds
            self._lines["before"].set_data(at, frame.before.mean)
            yield self._lines["before"]

    def moving(self, frame: Frame) -> Iterator[Artist]:
        """See Panel."""
        now, lines, steps = frame.curves, self._lines, self.by == "steps"
        lines["raw"].set_data(now.raw_at if steps else now.raw_seconds, now.raw)
        yield lines["raw"]
        lines["mean"].set_data(now.mean_at if steps else now.mean_seconds, now.mean)
        yield lines["mean"]
        if frame.goal_at is not None:
            lines["goal at"].set_data([frame.goal_at[0 if steps else 1]], [frame.goal])
            yield lines["goal at"]


def _first(curves: Curves) -> float:
    return float(curves.raw[0]) if len(curves.raw) and curves.raw[0] > 0 else 1.0


def _extent(now: Curves) -> tuple[float, float]:
    """The least and the largest mean loss; single mini-batches and the run before are seen as far as they fit."""
    values = now.mean[np.isfinite(now.mean) & (now.mean > 0)]
    return (float(values.min()), float(values.max())) if len(values) else (1.0, 1.0)


class MapPanel(Panel):
    """The loss contour with the path on it."""

    margins = (74, 78, 36, 48)

    def __init__(self, theme: style.Theme, sharpness: float = 1.0) -> None:
        super().__init__(theme, "Path on the loss contour", sharpness)
        self._surface: Surface | None = None
        self.surface: Surface | None = None
        colour, old = theme.colour(0), theme.muted
        self._before = self.ax.plot([], [], color=old, lw=1.6, ls=style.LINES[1], animated=True, zorder=4)[0]
        self._path = self.ax.plot(
            [], [], color=colour, lw=2.2, animated=True, path_effects=style.halo(theme, 4), zorder=5
        )[0]
        self._here = self.ax.plot([], [], "o", color=colour, ms=10, mec=theme.paper, mew=1.5, animated=True)[0]
        self._start = self.ax.plot([], [], "o", color=theme.paper, ms=9, mec=theme.ink, mew=2, animated=True)[0]
        self._bar: Any = None  # the axes of the scale of colours
        self.text(WIDTH - 16, 10, "○ start   - - the run before", ha="right", va="top", color=theme.muted)

    def fit(self, frame: Frame) -> bool:
        """See Panel. Another surface is another background."""
        if self.surface is self._surface:
            return False
        self._surface = self.surface
        if self.surface is not None:
            self._draw_surface(self.surface)
        return True

    def _draw_surface(self, surface: Surface) -> None:
        ax, theme = self.ax, self.theme
        for old in list(ax.collections):
            old.remove()
        chosen = levels(surface.loss, 12)
        heights = np.ma.masked_invalid(np.maximum(surface.loss, chosen[0]))
        norm = BoundaryNorm(chosen, theme.surface.N, extend="max")
        filled = ax.contourf(surface.a, surface.b, heights, chosen, cmap=theme.surface, norm=norm, extend="max")
        ax.contour(surface.a, surface.b, heights, chosen[1:], colors=theme.muted, linewidths=0.7, alpha=0.6)
        ax.grid(False)
        ax.set_xlim(surface.a[0], surface.a[-1])
        ax.set_ylim(surface.b[0], surface.b[-1])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5))
        kept = surface.plane.kept or (float("nan"), float("nan"))
        self.label(f"PCA direction 1 ({kept[0]:.0%})", f"PCA direction 2 ({kept[1]:.0%})")
        if self._bar is not None:  # a colour bar makes its axes smaller: each needs new ones
            self.figure.delaxes(self._bar)
        self._bar = self.figure.add_axes((1 - 66 / WIDTH, 48 / HEIGHT, 12 / WIDTH, 1 - 84 / HEIGHT))
        self.figure.colorbar(filled, cax=self._bar, ticks=chosen[::3], format=_NUMBER)
        self._bar.tick_params(which="both", colors=theme.muted, labelcolor=theme.ink, labelsize=SMALL)
        self._bar.minorticks_off()
        for side in self._bar.spines.values():
            side.set_edgecolor(theme.muted)

    def before(self, frame: Frame) -> Floats | None:
        """See Panel."""
        return frame.path_before

    def standing(self, frame: Frame) -> Iterator[Artist]:
        """See Panel."""
        if self.surface is not None and frame.path_before is not None:
            self._before.set_data(*frame.path_before.T)
            yield self._before

    def moving(self, frame: Frame) -> Iterator[Artist]:
        """See Panel."""
        if self.surface is None:
            return
        if len(frame.path):
            self._path.set_data(*frame.path.T)
            yield self._path
            self._start.set_data(*frame.path[:1].T)
            yield self._start
            self._here.set_data(*_inside(frame.path, self.surface)[-1:].T)
            self._here.set_marker("X" if frame.diverged else "o")
            yield self._here


def _inside(path: Floats, surface: Surface) -> Floats:
    """The path with what leaves the map brought to its edge, so that its end can be seen."""
    low, high = np.array([surface.a[0], surface.b[0]]), np.array([surface.a[-1], surface.b[-1]])
    edge = 0.03 * (high - low)
    clipped: Floats = np.clip(path, low + edge, high - edge)
    return clipped


class WorkersPanel(Panel):
    """What the workers did in the last steps."""

    margins = (92, 16, 62, 48)

    def __init__(self, theme: style.Theme, sharpness: float = 1.0) -> None:
        super().__init__(theme, "What the workers do", sharpness)
        self.sharpness = sharpness
        self._shown: tuple[int, float] = (0, 0.0)
        self._right = 1.0  # where the axis ends (ms)
        self.ax.grid(False)
        self.ax.spines["left"].set_visible(False)
        self.ax.tick_params(axis="y", length=0)
        self._colours = {kind: _bytes(colour) for kind, (colour, _) in style.DOING.items()}
        self._ink = _bytes(theme.ink)
        x = 12.0
        for kind, (colour, _) in style.DOING.items():
            self.text(x, 36, "■", va="top", color=colour, fontsize=TEXT)
            self.text(x + 18, 37, kind, va="top", color=theme.ink)
            x += 40 + 7.6 * len(kind)
        self.text(x, 36, "■", va="top", color=theme.ink, fontsize=TEXT)
        self.text(x + 18, 37, "average, update", va="top", color=theme.ink)
        self._words: NDArray[np.uint8] | None = None  # the pixels of the share
        self._told = math.nan  # the share in these words
        self._share = self.text(WIDTH - 16, 10, "", ha="right", va="top", color=theme.ink, animated=True)

    def fit(self, frame: Frame) -> bool:
        """See Panel."""
        times = frame.times
        workers = times.workers if times is not None else 1
        if times is not None:
            pace = float(times.updated[-1]) * 1e3 / times.steps
            if not 2.5 * pace <= self._right <= 0.9 * SHOWN_STEPS * pace:
                self._right = 4.5 * pace
        if (workers, self._right) == self._shown:
            return False
        self._shown = workers, self._right
        self._words = None
        names = [f"worker {k}" for k in range(workers)]
        self.ax.set_yticks(range(workers + 1), [*names, "master"])
        self.ax.set_ylim(workers + 0.5, -0.5)
        self.ax.set_xlim(0, self._right)
        self.ax.xaxis.set_major_locator(MaxNLocator(5))
        self.ax.xaxis.set_major_formatter(_NUMBER)
        self.label("time of the last steps (ms)")
        return True

    def moving(self, frame: Frame) -> Iterator[Artist]:
        """See Panel. Words are slow to draw: their pixels are kept until they say something else."""
        words = self._share.get_text()
        if frame.shares is None:
            words, self._told = "", math.nan
        elif frame.ended or not abs(frame.shares[0] - self._told) < 0.04:
            self._told = float(frame.shares[0])
            share = f"{self._told:.0%}" if frame.ended else f"about {5 * round(20 * self._told)}%"
            words = f"{share} of the time: computing"
        if words != self._share.get_text() or self._words is None:
            self._share.set_text(words)
            self._words = None
            yield self._share

    def touch(self, frame: Frame, pixels: NDArray[np.uint8]) -> None:
        """See Panel: the bars."""
        corner = pixels[: round(32 * self.sharpness), pixels.shape[1] // 2 :]
        if self._words is None:
            self._words = corner.copy()
        corner[:] = self._words
        times = frame.times
        if times is None:
            return
        height, width = pixels.shape[:2]
        x0, x1, y0, y1 = self.ax.bbox.x0, int(self.ax.bbox.x1), self.ax.bbox.y0, self.ax.bbox.y1
        across, down = (x1 - x0) / (self._right / 1e3), (y1 - y0) / (times.workers + 1)
        top, edge = height - y1, min(x1, width)

        def bar(row: int, start: float, stop: float, tall: float, colour: Any) -> None:
            left = int(x0 + max(start, 0.0) * across)
            right = max(left + 1, round(x0 + stop * across))
            middle = top + (row + 0.5) * down
            if left < x1:
                y = slice(round(middle - tall / 2 * down), max(1, round(middle + tall / 2 * down)))
                pixels[y, left : min(right, edge), :3] = colour

        for worker in range(times.workers):
            for kind, start, stop in times.intervals(worker):
                if start * across > x1 - x0:
                    break
                bar(worker, start, stop, style.DOING[kind][1], self._colours[kind])
        for passed, updated in zip(times.passed, times.updated, strict=True):
            bar(times.workers, float(passed), float(updated), 0.76, self._ink)
            x = int(x0 + float(passed) * across)
            if x < x1:
                pixels[round(top) : round(height - y0) : 2, x, :3] = self._ink


def _bytes(colour: str) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in to_rgb(colour))
    return red, green, blue
