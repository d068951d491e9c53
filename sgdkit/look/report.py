"""The report of the course: what was asked for, what it cost, and how good the result is."""

from __future__ import annotations

import html
import math
import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .naming import named_runs
from .style import number

COLUMN, ROW = ' scope="col"', ' scope="row"'


@dataclass(frozen=True)
class Report:
    """A table with a row a quantity and a column a run.

    columns: names of the runs; rows: (quantity, one value a run), all of them text. It shows itself as HTML
    in a notebook and as aligned text when printed.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """The table in columns of equal width, for a terminal."""
        table = [("", *self.columns)] if any(self.columns) else []
        table += [(name, *values) for name, values in self.rows]
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in table]
        if any(self.columns):
            lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join(lines)

    @property
    def markdown(self) -> str:
        """The table in Markdown."""
        heads = ["", *(name or "value" for name in self.columns)]
        lines = [heads, ["---"] * len(heads), *([name, *values] for name, values in self.rows)]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"

    def __str__(self) -> str:
        return self.text

    def __getitem__(self, quantity: str) -> tuple[str, ...]:
        """The values of one row; KeyError with the names there are."""
        for name, values in self.rows:
            if name == quantity:
                return values
        raise KeyError(f"{quantity!r} is not in the report: it has {', '.join(name for name, _ in self.rows)}.")

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_html_(self) -> str:
        def cells(tag: str, values: Sequence[str], scope: str = "") -> str:
            attributes = ' style="text-align:left"' + scope
            return "".join(f"<{tag}{attributes}>{html.escape(value)}</{tag}>" for value in values)

        head = f"<thead><tr><td></td>{cells('th', self.columns, COLUMN)}</tr></thead>"
        body = "".join(f"<tr>{cells('th', [name], ROW)}{cells('td', values)}</tr>" for name, values in self.rows)
        caption = '<caption style="text-align:left">Report of the training</caption>'
        return f"<table>{caption}{head if any(self.columns) else ''}<tbody>{body}</tbody></table>"


def _setting(name: str) -> Callable[[Any], str]:
    def value(run: Any) -> str:
        found = run.settings.get(name)
        return "" if found is None else f"{found:,}" if isinstance(found, int) else str(found)

    return value


def _model(run: Any) -> str:
    return f"{run.model.name}, {run.model.size:,} parameters"


def _learning_rate(run: Any) -> str:
    lr = run.settings.get("lr")
    return f"{lr:g}" if isinstance(lr, int | float) else str(lr or "")


def _engine(run: Any) -> str:
    engine = run.settings.get("engine")
    if engine != "pool":
        return str(engine or "")
    method = run.settings.get("start_method")
    return f"pool, {method or multiprocessing.get_context().get_start_method()}"


def _staleness(run: Any) -> str:
    staleness = getattr(run, "staleness", ())
    return number(float(np.mean(staleness))) if len(staleness) else ""


def _epochs(run: Any) -> str:
    asked = run.settings.get("epochs")
    return str(asked) if asked == len(run.epochs) else f"{len(run.epochs)} of {asked}"


def _seconds(run: Any) -> str:
    return f"{number(float(run.seconds[-1]))} s" if len(run.seconds) else "0 s"


def _step_time(run: Any) -> str:
    if len(run.seconds) < 2:
        return ""
    seconds = sorted(b - a for a, b in zip(run.seconds[:-1], run.seconds[1:], strict=True))
    return f"{number(float(seconds[len(seconds) // 2]) * 1e3)} ms"


def _ended(run: Any) -> str:
    if getattr(run, "diverged", None) is not None:
        return f"diverged at step {run.diverged + 1:,}"
    return f"interrupted after step {len(run.loss):,}" if run.interrupted else ""


def _last(field: str, form: Callable[[float], str]) -> Callable[[Any], str]:
    def value(run: Any) -> str:
        found = getattr(run.epochs[-1], field) if run.epochs else None
        return "" if found is None or math.isnan(found) else form(found)

    return value


def _last_mini_batch(run: Any) -> str:
    """Where no epoch was completed and measured, the last mini-batch is all there is."""
    measured = run.epochs and run.epochs[-1].loss is not None
    return "" if measured or not len(run.loss) else number(float(run.loss[-1]))


def _percent(share: float) -> str:
    return f"{share:.2%}"


QUANTITIES: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("model", _model),
    ("data", _setting("data")),
    ("batch size", _setting("batch_size")),
    ("learning rate", _learning_rate),
    ("number of workers", _setting("workers")),
    ("training time", _seconds),
    ("time of a step, median", _step_time),
    ("final loss, training set", _last("loss", lambda loss: number(loss, 4))),
    ("final loss, test set", _last("test_loss", lambda loss: number(loss, 4))),
    ("final accuracy, training set", _last("accuracy", _percent)),
    ("final accuracy, test set", _last("test_accuracy", _percent)),
    ("loss of the last mini-batch", _last_mini_batch),
    ("optimizer", _setting("optimizer")),
    ("λ", lambda run: f"{run.settings.get('lam', 0):g}"),
    ("epochs", _epochs),
    ("steps", lambda run: f"{len(run.loss):,}"),
    ("seed", _setting("seed")),
    ("algorithm", _setting("algorithm")),
    ("staleness, mean", _staleness),
    ("engine", _engine),
    ("gradients exchanged by", _setting("exchange")),
    ("backup workers", _setting("backup")),
    ("stragglers", _setting("stragglers")),
    ("dtype", _setting("dtype")),
    ("ended early", _ended),
)
"""What the report says, in this order; the course asks for the first seven and the loss contour."""


def report(runs: Any) -> Report:
    """The report of one run, of several, or of {name: run}. A quantity that no run has is left out."""
    named = named_runs(runs)
    rows = []
    for quantity, value in QUANTITIES:
        values = tuple(value(run) for run in named.values())
        if any(values):
            rows.append((quantity, tuple(text or "–" for text in values)))
    return Report(tuple(named), tuple(rows))
