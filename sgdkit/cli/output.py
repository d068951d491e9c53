"""What a run leaves in a folder: numbers that numpy and pandas read, the report, the pictures."""

from __future__ import annotations

import csv
import json
import math
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..asynchronous import AsyncRun
from ..data import Dataset
from ..run import EpochRecord, Run
from .choices import coarse


def save_numbers(run: Run, where: Path) -> None:
    """w.npy, steps.csv, epochs.csv and settings.json; a column has an empty cell where there was no value."""
    where.mkdir(parents=True, exist_ok=True)
    np.save(where / "w.npy", run.w)
    steps = zip(range(1, len(run.loss) + 1), run.seconds.tolist(), run.loss.tolist(), strict=True)
    _table(where / "steps.csv", ("step", "seconds", "loss"), steps)
    epochs = ([record.epoch + 1, *record[1:]] for record in run.epochs)
    _table(where / "epochs.csv", EpochRecord._fields, epochs)
    told = {
        **run.settings,
        "parameters": run.model.size,
        "steps": len(run.loss),
        "training_seconds": float(run.seconds[-1]) if len(run.seconds) else 0.0,
        "interrupted": run.interrupted,
        "diverged_at_step": None if run.diverged is None else run.diverged + 1,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    (where / "settings.json").write_text(text + "\n", encoding="utf-8")


def save_report(runs: Any, where: Path, note: str = "") -> str:
    """report.md, with the note below the table if there is one; returns the report as text."""
    from ..look import report

    table = report(runs)
    below = f"\n{note}\n" if note else ""
    (where / "report.md").write_text(table.markdown + below, encoding="utf-8")
    return table.text + (f"\n\n{note}" if note else "")


def save_pictures(run: Run, train: Dataset, where: Path, theme: str) -> list[Path]:
    """loss_contour.png, loss.png, timeline.png, for classifiers accuracy.png, for asynchronous SGD staleness.png;
    those that the run has data for: a run that found nothing left to train has no timeline.
    """
    from ..look import accuracy_curve, loss_contour, loss_curve, staleness_histogram, timeline

    if not len(run.loss):
        return []
    made = [loss_curve(run, theme=theme).save(where / "loss.png")]
    if run.timeline.steps:
        made.append(timeline(run, theme=theme).save(where / "timeline.png"))
    else:
        (where / "timeline.png").unlink(missing_ok=True)  # what is there is of another run
    if any(record.accuracy is not None for record in run.epochs):
        made.append(accuracy_curve(run, theme=theme).save(where / "accuracy.png"))
    if isinstance(run, AsyncRun):
        made.append(staleness_histogram(run.staleness.astype(float), theme=theme).save(where / "staleness.png"))
    contour = loss_contour(run, train, theme=theme, progress=True, **coarse(run.model))
    return [*made, contour.save(where / "loss_contour.png")]


def _table(path: Path, names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value
