"""2-syncsgd/*/report: the settings and results of the student's best run on the digits, which are run again."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from ..judge import number
from ..probes import report, stand_ins
from .network import Array

PROBE = stand_ins.source(report)
SCALE = 0.1
STEPS = 2000
# What may be reported: at least and at most, so that running it again takes seconds.
LIMITS: dict[str, tuple[float, float]] = {
    "workers": (1, 8),
    "batch_size": (1, 1437),
    "lr": (1e-6, 10.0),
    "lam": (0.0, 100.0),
    "epochs": (1, 50),
    "hidden": (10, 50),
    "seed": (0, 2**31),
}
RESULTS = ("seconds", "loss", "accuracy")
WHOLE = ("workers", "batch_size", "epochs", "hidden", "seed")
ENOUGH = 0.85


def exercise(notebook: str, call: str, given: bool) -> Exercise:
    """The report of one notebook. given: whether `call` takes the gradient as its first argument and returns w."""

    def cases(rng: np.random.Generator) -> list[Case]:
        settings: dict[str, Any] = {"limits": LIMITS, "steps": STEPS, "scale": SCALE, "given": given}
        about = "with the settings of your report"
        return [Case(call, (), settings, about=about, probe=PROBE, limit=90.0)]

    return Exercise(
        id=f"2-syncsgd/{notebook}/report",
        points=2,
        needs=("report", call),
        own_work=("sgdkit.SyncSGD", "sgdkit.sync", "sgdkit.asynchronous"),
        cases=cases,
        examine=examine,
        praise="Run again, your settings give the loss and the accuracy that you report.",
        overlooks=frozenset({"changed", "left"}),
    )


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """The form, then the numbers, then whether the network has learnt something."""
    (value,) = values
    told = value.get("report") if isinstance(value, dict) else None
    if not isinstance(told, dict):
        return Fault("`report` should be a dict: report = {'workers': 2, …}.", "report incomplete")
    fault = _form(told)
    if fault is not None:
        return fault
    steps = told["epochs"] * -(-1437 // told["batch_size"])
    if steps > STEPS:
        return Fault(
            f"{told['epochs']} epochs with batch_size {told['batch_size']} are {steps:,} steps; at most {STEPS:,} are "
            "run again. Report a run with fewer.",
            "report too long",
        )
    w = value.get("w")
    if not (isinstance(w, np.ndarray) and w.shape == (795 * told["hidden"],) and w.dtype.kind == "f"):
        return Fault(
            "run again with the settings of your report, your training did not return a w of the network's size. "
            "Are the checks above right?",
            "report not reproducible",
        )
    if not np.isfinite(w).all():
        return Fault(
            f"run again with the settings of your report, w becomes {w[~np.isfinite(w)][0]}: the run diverges. Take a "
            f"smaller learning rate than {told['lr']:g}.",
            "diverged",
        )
    return _reproduced(told, w.astype(np.float64)) or _learnt(told)


def _form(told: dict[str, Any]) -> Fault | None:
    missing = [name for name in (*LIMITS, *RESULTS) if name not in told]
    if missing:
        return Fault(f"`report` has no {', '.join(map(repr, missing))}.", "report incomplete")
    for name in (*LIMITS, *RESULTS):
        kind = (int,) if name in WHOLE else (int, float)
        if type(told[name]) not in kind or not np.isfinite(told[name]):
            what = "a whole number" if name in WHOLE else "a number"
            return Fault(f"report[{name!r}] should be {what}; yours is {told[name]!r}.", "report incomplete")
    for name, (least, most) in LIMITS.items():
        if not least <= told[name] <= most:
            return Fault(
                f"report[{name!r}] is {told[name]:g}; it is run again only from {least:g} to {most:g}.",
                "report too long",
            )
    if told["seconds"] <= 0:
        return Fault("report['seconds'] should be how long training took, more than 0.", "report incomplete")
    return None


def _reproduced(told: dict[str, Any], w: Array) -> Fault | None:
    """Half a percent of the loss, and two test images, are allowed for rounding."""
    total, penalty, accuracy, on_train, N = _measured(w.tobytes(), told["hidden"], told["lam"])
    J = (total + penalty) / N
    again = "Run again with the settings of your report,"
    if abs(told["loss"] - J) > 0.005 * J + 5e-5:
        others = (
            ("Is it J and not J / N? Divide by the number of training examples.", total + penalty),
            ("Is the penalty missing? The loss is J / N with λ/2 ‖w‖² in J.", total / N),
        )
        hint = next((f" {says}" for says, other in others if abs(told["loss"] - other) <= 0.005 * other), "")
        return Fault(
            f"{again} the loss J / N should be {number(J)}; you report {number(told['loss'])}.{hint} Is the report of "
            "the same run as the settings?",
            "report not reproducible",
        )
    if abs(told["accuracy"] - accuracy) > 2.5 / 360:
        hint = ""
        if abs(told["accuracy"] - 100 * accuracy) <= 0.7:
            hint = " It is asked as a part of 1, not in percent."
        elif abs(told["accuracy"] - on_train) <= 0.003:
            hint = " That is the accuracy on the training images; it is asked for the test images."
        return Fault(
            f"{again} the accuracy on the test images should be {accuracy:.4f}; you report "
            f"{number(told['accuracy'])}.{hint}",
            "report not reproducible",
        )
    return None


def _learnt(told: dict[str, Any]) -> Fault | None:
    if told["accuracy"] >= ENOUGH:
        return None
    return Fault(
        f"your settings give what you report, but only {told['accuracy']:.3f} of the test images are recognised; try "
        f"others until it is {ENOUGH}: another learning rate, smaller mini-batches, more epochs. Half of the points.",
        "too low",
        share=0.5,
    )


@functools.lru_cache(maxsize=8)
def _measured(raw: bytes, hidden: int, lam: float) -> tuple[float, float, float, float, int]:
    """Sum of losses, penalty, accuracy on test and training images, and N. Independent of the kit's models."""
    from ...data import digits

    w, data = np.frombuffer(raw), digits()
    first = 784 * hidden
    W1, b, W2 = w[:first].reshape(784, hidden), w[first : first + hidden], w[first + hidden :].reshape(hidden, 10)
    outputs = [np.tanh(part.X @ W1 + b) @ W2 for part in (data.train, data.test)]
    total = 0.5 * float(np.sum((outputs[0] - data.train.Y) ** 2))
    rates = [
        float(np.mean(out.argmax(axis=1) == part.Y.argmax(axis=1)))
        for out, part in zip(outputs, (data.train, data.test), strict=True)
    ]
    return total, lam / 2 * float(np.sum(w**2)), rates[1], rates[0], len(data.train)
