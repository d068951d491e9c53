"""What a training run leaves: its result and its history. Reports and pictures are drawn from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .models import Network
from .own_gradient import OwnGradient
from .timeline import Timeline
from .types import Array, Vector


class EpochRecord(NamedTuple):
    """How good w was when an epoch had ended.

    Losses are J(w)/N = (Σ ℓ_i + λ/2 ‖w‖²) / N over a whole data set of N examples; accuracies lie in [0, 1].
    `seconds` counts training only. None stands where nothing was measured: with evaluate=False, without test data, and
    for the accuracy of a regression.
    """

    epoch: int
    loss: float | None
    accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    seconds: float


@dataclass(eq=False)
class Run:
    """One training run of S steps.

    w: (size,) the parameters at its end; w0: those at its start.
    loss: (S,) float64, the objective per example on each step's mini-batch, before that step's update:
        (Σ_{i∈B} ℓ_i)/|B| + λ/(2N) ‖w‖².
    seconds: (S,) float64, when each step ended, in seconds of training since the start.
    epochs: one record an epoch.
    path, path_steps: (k, size) and (k,): some of the w on the way, the first and the last among them, and after
        how many steps they were reached.
    timeline: what each worker did when.
    settings: what was asked for: model, data, workers, batch_size, lr, lam, optimizer, epochs, seed, engine,
        start_method, dtype.
    interrupted: True if Ctrl-C or the stop button ended it; diverged: the step whose loss was not finite, or a
        million times the first one, which ended the run; or None.
    """

    network: Network | OwnGradient
    w: Vector
    w0: Vector
    loss: NDArray[np.float64]
    seconds: NDArray[np.float64]
    epochs: list[EpochRecord]
    path: Array
    path_steps: NDArray[np.int64]
    timeline: Timeline
    settings: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    diverged: int | None = None

    @property
    def steps(self) -> int:
        """How many steps were done."""
        return len(self.loss)

    @property
    def model(self) -> Network | OwnGradient:
        """The network that was trained."""
        return self.network

    def __repr__(self) -> str:
        last = self.epochs[-1] if self.epochs else None
        result = f", loss {last.loss:.4g}" if last and last.loss is not None else ""
        if last and last.test_accuracy is not None:
            result += f", test accuracy {last.test_accuracy:.1%}"
        ended = ", interrupted" if self.interrupted else ""
        ended += f", diverged at step {self.diverged}" if self.diverged is not None else ""
        seconds = self.seconds[-1] if self.steps else 0.0
        return f"<Run of {self.network.name}: {self.steps} steps in {seconds:.2f} s{result}{ended}>"


class Path:
    """Keeps some of the w that a run passes: at most `most`, evenly spread over its steps.

    When it is full, every second one goes, and from then on only every second is taken.
    """

    def __init__(self, size: int, itemsize: int) -> None:
        self.most = max(16, min(256, 16_000_000 // (size * itemsize)))  # 16 MB at most
        self.every = 1
        self.points: list[Vector] = []
        self.steps: list[int] = []
        self._free: list[Vector] | None = None

    def pass_by(self, step: int, w: Vector) -> None:
        """w after `step` steps."""
        if step % self.every:
            return
        if self._free is None:
            # One block, in which numpy asks for huge pages: fresh memory for every point costs 60 µs in page faults.
            self._free = list(np.empty((self.most, w.size), w.dtype))
        if len(self.points) >= self.most:  # more of them if a checkpoint has kept more
            self.every *= 2
            kept = [i for i, taken in enumerate(self.steps) if taken % self.every == 0]
            self._free = [p for p, taken in zip(self.points, self.steps, strict=True) if taken % self.every]
            self.points, self.steps = [self.points[i] for i in kept], [self.steps[i] for i in kept]
            if step % self.every:
                return
        point = self._free.pop()
        point[:] = w
        self.points.append(point)
        self.steps.append(step)

    def arrays(self, last_step: int, w: Vector) -> tuple[Array, NDArray[np.int64]]:
        """The points and their steps, the last one included."""
        points, steps = list(self.points), list(self.steps)
        if not steps or steps[-1] != last_step:
            points.append(w.copy())
            steps.append(last_step)
        return np.array(points), np.array(steps, dtype=np.int64)
