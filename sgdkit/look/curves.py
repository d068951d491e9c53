"""Loss and accuracy over a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from ..types import Array
from . import style
from .naming import named_runs
from .planes import Floats


def loss_curve(runs: Any, *, theme: str | style.Theme = "light") -> style.Picture:
    """The mini-batch loss against the step and against the seconds of training.

    runs: a Run, several, or {name: Run}. Thin: every mini-batch; thick: the running mean. A single run also
    shows the loss of the whole training and test set after each epoch.
    """
    named = named_runs(runs)
    figure, (by_step, by_second) = style.picture(theme, width=style.WIDE, columns=(1, 1))
    for i, (name, run) in enumerate(named.items()):
        window = window_for(len(run.loss))
        steps = np.arange(1, len(run.loss) + 1)
        colour, line = figure.theme.colour(i), style.LINES[i % 4]
        mean = running_mean(run.loss, window)
        alone = np.isfinite(run.loss).sum() == 1  # a line through one point is not to be seen
        marker = style.MARKERS[i % len(style.MARKERS)] if alone else ""
        for ax, x in ((by_step, steps), (by_second, np.asarray(run.seconds))):
            ax.plot(x, run.loss, color=colour, lw=0.8, alpha=0.28)
            ax.plot(x, mean, color=colour, lw=2.4, linestyle=line, marker=marker, ms=8, label=name or "mini-batches")
    if len(named) == 1:
        _epoch_marks(by_step, by_second, next(iter(named.values())), figure.theme)
    shown = [np.asarray(run.loss) for run in named.values()]
    if len(named) == 1:
        (run,) = named.values()
        marked = [loss for record in run.epochs for loss in (record.loss, record.test_loss) if loss is not None]
        shown = [np.concatenate([*shown, marked])]
    low, high = loss_limits(shown)
    for ax in (by_step, by_second):
        if low > 0 and high / low > 8:
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 2000 else (1,)))
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value)))
            ax.yaxis.set_minor_formatter(NullFormatter())
            ax.set_ylim(low / 1.1, high * 1.1)
        else:
            ax.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        ax.set_xlim(left=0)
    by_step.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    by_second.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    by_second.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    style.label(by_step, "step", "loss J(w)/N per example")
    style.label(by_second, "training time (s)")
    by_second.sharey(by_step)
    by_second.tick_params(labelleft=False)
    lost = [name or "the run" for name, run in named.items() if getattr(run, "diverged", None) is not None]
    caption = means_in_words({name: window_for(len(run.loss)) for name, run in named.items() if len(run.loss)})
    caption += f" Diverged: {', '.join(lost)}." if lost else ""
    return style.words(figure, "Loss while training", caption, _loss_alt(named), named=by_step)


def accuracy_curve(runs: Any, *, theme: str | style.Theme = "light") -> style.Picture:
    """Accuracy on the training and test set after each epoch. ValueError: regression, which has none."""
    named = named_runs(runs)
    if not any(record.accuracy is not None for run in named.values() for record in run.epochs):
        raise ValueError(
            f"{', '.join(named) or 'the run'}: no accuracy recorded (regression has none): draw loss_curve."
        )
    figure, (ax,) = style.picture(theme)
    told = []
    for i, (name, run) in enumerate(named.items()):
        colour = figure.theme.colour(i)
        marker = style.MARKERS[i % len(style.MARKERS)]
        for part, field, line, fill in (
            ("train", "accuracy", "-", colour),
            ("test", "test_accuracy", style.LINES[1], "none"),
        ):
            points = [(r.epoch + 1, getattr(r, field)) for r in run.epochs if getattr(r, field) is not None]
            if points:
                x, y = zip(*points, strict=True)
                label = f"{name}, {part}" if name else part
                ax.plot(x, y, color=colour, lw=2.2, linestyle=line, marker=marker, mfc=fill, ms=7, label=label)
                told.append(
                    f"{label}: {y[0]:.1%} after the first epoch, {y[-1]:.1%} after the last, {max(y):.1%} at best."
                )
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:g}"))
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    left, right = ax.get_xlim()
    ax.set_xlim(min(left, 0.7), max(right, 1.3))
    low, high = ax.get_ylim()
    spare = max(0.0, 0.05 - (high - low)) / 2  # at least 5 %: a tenth of a percent is no difference
    ax.set_ylim(max(0, low - spare), min(1.02, high + spare))
    style.label(ax, "epoch", "accuracy (%)")
    return style.words(
        figure, "Accuracy after each epoch", "", "Accuracy after each epoch. " + " ".join(told), named=ax
    )


def loss_limits(losses: Iterable[Array]) -> tuple[float, float]:
    """The least and the largest loss to be shown: a run that diverges is cut at 20 times the largest first
    loss, and one that stays where it is gets 5 % of its loss to each side.
    """
    finite = [values[np.isfinite(values)] for values in map(np.asarray, losses)]
    finite = [values for values in finite if len(values)]
    if not finite:
        return 0.0, 1.0
    low = float(min(values.min() for values in finite))
    high = float(max(values.max() for values in finite))
    first = max(abs(float(values[0])) for values in finite)
    high = min(high, 20 * first or high)
    if high - low < 1e-3 * abs(high) or high == low:
        spare = 0.05 * abs(high) or 1.0
        return low - spare, high + spare
    return low, high


def running_mean(values: Array, window: int) -> Floats:
    """(n,) -> (n,): at each place the mean of the last `window` values, of fewer at the start."""
    values = np.asarray(values, np.float64)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    last = np.arange(1, len(values) + 1)
    first = np.maximum(last - window, 0)
    return (sums[last] - sums[first]) / (last - first)


def window_for(steps: int) -> int:
    """Steps of the running mean: a thirtieth of the run."""
    return max(1, round(steps / 30))


def means_in_words(windows: Mapping[str, int]) -> str:
    """What the lines of a loss curve are. windows: {name of a run: steps of its running mean}."""
    if max(windows.values(), default=1) == 1:
        return ""  # then they are the same line
    runs: dict[int, list[str]] = {}
    for name, window in windows.items():
        runs.setdefault(window, []).append(name)
    means = [f"{window:,} step" + ("s" if window > 1 else "") for window in runs]
    if len(runs) > 1:
        means = [f"{mean} ({', '.join(names)})" for mean, names in zip(means, runs.values(), strict=True)]
    return f"Thin: each mini-batch. Thick: mean of the last {', '.join(means)}."


def _epoch_marks(by_step: Axes, by_second: Axes, run: Any, theme: style.Theme) -> None:
    seconds = [record.seconds for record in run.epochs]
    steps = np.searchsorted(run.seconds, np.asarray(seconds) + 1e-9)
    for field, label, i, fill in (("loss", "training set", 1, True), ("test_loss", "test set", 2, False)):
        points = [(s, t, getattr(r, field)) for s, t, r in zip(steps, seconds, run.epochs, strict=False)]
        points = [p for p in points if p[2] is not None]
        if points:
            s, t, loss = zip(*points, strict=True)
            look: dict[str, Any] = {
                "color": theme.colour(i),
                "ms": 7,
                "mfc": theme.colour(i) if fill else theme.paper,
            }
            by_step.plot(s, loss, style.MARKERS[i], label=label, **look)
            by_second.plot(t, loss, style.MARKERS[i], **look)


def _loss_alt(named: Mapping[str, Any]) -> str:
    told = []
    for name, run in named.items():
        diverged = getattr(run, "diverged", None)
        if not len(run.loss):
            told.append(f"{name or 'The run'}: no step was taken.")
            continue
        window = window_for(len(run.loss))
        first, last = style.number(run.loss[0]), style.number(running_mean(run.loss, window)[-1])
        mean = f" (mean of the last {window:,})" if window > 1 else ""
        told.append(
            f"{name or 'The run'}: from {first} at step 1 to {last} at step {len(run.loss):,}{mean}, "
            f"after {style.number(run.seconds[-1])} s of training"
            + (f"; it diverged at step {diverged + 1:,}." if diverged is not None else ".")
        )
    return "Mini-batch loss J(w)/N per example against steps and against seconds. " + " ".join(told)
