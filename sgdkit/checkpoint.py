"""Saving a run after each epoch, and going on from there to the bit."""

from __future__ import annotations

import json
import os
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .history import History
from .optimizers import Optimizer
from .run import EpochRecord
from .types import Vector

# A run may go on with other workers, another engine or for more epochs; anything else would be another run.
_MUST_AGREE = ("model", "data", "batch_size", "lam", "optimizer", "seed", "dtype")


class Checkpoint:
    """One file: w, the optimizer's state, the state of the random numbers, and the history so far.

    It holds plain arrays and JSON only, so that reading one cannot run anything.
    """

    def __init__(self, path: str | PathLike[str], examples: int) -> None:
        self.path = Path(path)
        self.examples = examples
        if self.path.is_dir():
            raise ValueError(f"the checkpoint {self.path} is a folder: give the name of a file.")
        if not self.path.parent.is_dir():
            raise ValueError(f"the checkpoint's folder {self.path.parent} does not exist: make it first.")

    def exists(self) -> bool:
        """Whether there is something to go on from."""
        return self.path.exists()

    def save(self, history: History, w: Vector, optimizer: Optimizer, rng: np.random.Generator) -> None:
        """Replaces the file in one move: whatever happens meanwhile, a whole one is there."""
        state = optimizer.state()
        about = {
            "settings": {name: history.settings[name] for name in _MUST_AGREE},
            "examples": self.examples,
            "epochs": history.epochs,
            "rng": rng.bit_generator.state,
            "path_every": history.path.every,
            "optimizer": {name: value for name, value in state.items() if not isinstance(value, np.ndarray)},
        }
        arrays = {f"optimizer.{name}": value for name, value in state.items() if isinstance(value, np.ndarray)}
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            with open(beside, "wb") as file:
                np.savez(
                    file,
                    about=np.frombuffer(json.dumps(about).encode(), np.uint8),
                    w=w,
                    w0=history.w0,
                    losses=np.array(history.losses),
                    seconds=np.array(history.seconds),
                    path=np.array(history.path.points),
                    path_steps=np.array(history.path.steps),
                    **arrays,  # type: ignore[arg-type]
                )
            os.replace(beside, self.path)
        except BaseException:  # a full disk, or Ctrl-C in the middle
            beside.unlink(missing_ok=True)
            raise

    def _file(self) -> Path | BinaryIO:
        return self.path

    def load(self, history: History, optimizer: Optimizer, rng: np.random.Generator) -> Vector:
        """Fills the history, the optimizer and the random numbers; returns w. ValueError: not of this run."""
        try:
            with np.load(self._file(), allow_pickle=False) as file:
                arrays = dict(file)
            about: dict[str, Any] = json.loads(arrays.pop("about").tobytes())
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise ValueError(
                f"the checkpoint {self.path} cannot be read ({reason}): give the name of a new file."
            ) from error
        except (EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            raise ValueError(f"{self.path} is not a checkpoint of sgdkit: give the name of a new file.") from error
        for name, saved in (about["settings"] | {"examples": about["examples"]}).items():
            now = self.examples if name == "examples" else history.settings[name]
            if saved != now:
                raise ValueError(
                    f"the checkpoint {self.path} is of a run with {name} {saved!r}, this run has {now!r}: "
                    "use the same, or give another file."
                )
        rng.bit_generator.state = about["rng"]
        history.w0 = arrays["w0"]
        history.losses, history.seconds = arrays["losses"].tolist(), arrays["seconds"].tolist()
        history.epochs = [EpochRecord(*record) for record in about["epochs"]]
        history.path.points, history.path.steps = list(arrays["path"]), arrays["path_steps"].tolist()
        history.path.every = about["path_every"]
        kept = {name.removeprefix("optimizer."): a for name, a in arrays.items() if name.startswith("optimizer.")}
        optimizer.restore(about["optimizer"] | kept)
        return arrays["w"]
