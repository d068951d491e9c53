"""What a measurement is: four functions in a file of its own.

    measure(options) -> Data      takes the time; plain numbers and names, which are kept as JSON
    tables(data) -> [Table]
    sentences(data) -> [str]      what follows from the numbers
    pictures(data) -> {name: Picture}

The last three are pure, so that tables, pictures and docs/benchmarks.md can be made again from what was measured.
"""

from __future__ import annotations

import importlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

Data = dict[str, Any]
NAMES = (
    "steps",
    "overhead",
    "startup",
    "threads",
    "slides",
    "learning",
    "newton",
    "mpi_engine",
    "asynchronous",
    "simulation",
    "playground",
    "grading",
    "large_class",
    "targets",
)


@dataclass
class Options:
    """rounds: how often everything is measured. quick: tiny settings, only to see that all of it runs.

    earlier: what the measurements before this one found, by their names.
    """

    rounds: int
    quick: bool
    out: Path
    earlier: dict[str, Data]

    def some(self, many: Any, few: Any) -> Any:
        """The second one where it shall be quick."""
        return few if self.quick else many


def module(name: str) -> ModuleType:
    """The file of that measurement."""
    return importlib.import_module(f"benchmarks.{name}")


def median(samples: list[dict[str, Any]], key: str) -> float:
    """Over the rounds."""
    return float(np.median([sample[key] for sample in samples]))


def ratio(above: list[dict[str, Any]], below: list[dict[str, Any]], key: str = "step") -> float:
    """The median of the rounds' ratios."""
    return float(np.median([a[key] / b[key] for a, b in zip(above, below, strict=True)]))


def say(text: str) -> None:
    """Progress, on stderr with the time: what is measured goes to stdout."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
