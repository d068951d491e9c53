"""The images that a network reads, and what it takes them for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import Dataset
from ..types import Vector
from . import style

COLUMNS = 6


def digits_with_predictions(
    model: Any,
    w: Vector,
    data: Dataset,
    *,
    count: int = 18,
    mistakes_first: bool = True,
    theme: str | style.Theme = "light",
) -> style.Picture:
    """Images of `data` with the digit that the network sees in each; mistakes are marked by colour, sign and
    words.

    mistakes_first: show the wrong ones before right ones, each in the data's order. ValueError: data without
    images.
    """
    side = round(data.X.shape[1] ** 0.5)
    if side * side != data.X.shape[1] or data.labels is None:
        raise ValueError(
            f"data set {data.name!r} has {data.X.shape[1]} features a row: give square images with labels."
        )
    seen = model.predict(w, data.X).argmax(axis=1)
    wrong = seen != data.labels
    order = np.argsort(~wrong, kind="stable") if mistakes_first else np.arange(len(data))
    chosen = order[:count]
    rows = -(-len(chosen) // COLUMNS)
    figure, (ax,) = style.picture(theme, height=0.1 + style.NARROW / (COLUMNS * 1.12) * 1.42 * rows)
    cell, gap = 1.0, 0.42
    bad, good = figure.theme.alarm, figure.theme.muted
    for place, i in enumerate(chosen):
        x, y = place % COLUMNS * 1.12, place // COLUMNS * (cell + gap)
        image = data.X[i].reshape(side, side)
        ax.imshow(image, cmap="gray", extent=(x, x + cell, y + cell, y), interpolation="nearest", zorder=2)
        words = f"✗ {seen[i]} not {data.labels[i]}" if wrong[i] else f"✓ {seen[i]}"
        colour = bad if wrong[i] else figure.theme.ink
        ax.text(x + cell / 2, y + cell + 0.19, words, ha="center", va="center", fontsize=11, color=colour,
                fontweight="bold" if wrong[i] else "normal")  # fmt: skip
        ax.plot([x, x + cell, x + cell, x, x], [y, y, y + cell, y + cell, y], color=bad if wrong[i] else good,
                lw=2.5 if wrong[i] else 0.8, zorder=3)  # fmt: skip
    ax.set_xlim(-0.06, COLUMNS * 1.12 - 0.06)
    ax.set_ylim(rows * (cell + gap), -0.06)
    ax.set_aspect("equal")
    ax.axis("off")
    title = f"{len(data) - wrong.sum():,} of {len(data):,} read rightly ({1 - wrong.mean():.1%})"
    shown = f"{int(wrong[chosen].sum())} mistakes and {int((~wrong[chosen]).sum())} right ones are shown."
    first = "; ".join(f"a {data.labels[i]} taken for a {seen[i]}" for i in chosen[wrong[chosen]][:8])
    return style.words(figure, title, "", f"Images of {data.name}: {title}. {shown} {first}")
