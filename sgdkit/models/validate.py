"""What a network refuses, each with one sentence: wrong shapes and dtypes, labels out of range, NaN, nothing
at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdkit.types import Array, Labels


def check_vector(name: str, vector: Any, size: int, dtype: np.dtype[Any] | None = None) -> None:
    """ValueError unless `vector` is (size,), contiguous and float32 or float64 (or just `dtype` if that is
    given).
    """
    check_array(name, vector, dtype)
    if vector.shape != (size,):
        raise ValueError(f"{name} must be a vector of {size} numbers, not of shape {vector.shape}.")
    if not vector.flags.c_contiguous:
        raise ValueError(f"{name} must be contiguous in memory, not every so many numbers of another array.")


def check_array(name: str, array: Any, dtype: np.dtype[Any] | None) -> None:
    """ValueError unless `array` is an array of float32 or float64 (or just of `dtype` if that is given)."""
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name} must be a numpy array, not {type(array).__name__}.")
    if array.dtype not in (np.float32, np.float64):
        raise ValueError(f"{name} must be float32 or float64, not {array.dtype}: use {name}.astype(np.float64).")
    if dtype is not None and array.dtype != dtype:
        raise ValueError(f"{name} is {array.dtype} but w is {dtype}: bring all arrays to one of the two.")


def check_examples(X: Any, inputs: int, dtype: np.dtype[Any]) -> None:
    """ValueError unless X is (n, inputs) with n at least 1."""
    check_array("X", X, dtype)
    if X.ndim != 2 or X.shape[1] != inputs:
        raise ValueError(f"X must be of shape (n, {inputs}), one example a row, not {X.shape}.")
    if len(X) == 0:
        raise ValueError("X holds no example: a loss needs at least one.")


def check_targets(Y: Any, n: int, outputs: int, dtype: np.dtype[Any]) -> None:
    """ValueError unless Y is (n, outputs)."""
    check_array("Y", Y, dtype)
    if Y.shape != (n, outputs):
        raise ValueError(f"Y must be of shape ({n}, {outputs}), one row for each row of X, not {Y.shape}.")


def check_finite(name: str, array: Array) -> None:
    """ValueError if a number is NaN or infinite."""
    # The sum is finite only where all numbers are, and takes one pass and no memory. Not by BLAS, whose threads a
    # worker that is forked meanwhile would stop.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = not np.isfinite(np.add.reduce(array, axis=None))
    if suspicious and not np.isfinite(array).all():
        what = "NaN" if np.isnan(array).any() else "an infinite number"
        hint = " Training may have diverged: try a smaller learning rate." if name == "w" else ""
        raise ValueError(f"{name} contains {what}.{hint}")


def one_hot(labels: Labels, n: int, classes: int, dtype: np.dtype[Any]) -> Array:
    """Class numbers (n,) as rows (n, classes) with one 1; ValueError if one is out of range."""
    if labels.shape != (n,):
        raise ValueError(f"Labels must be of shape ({n},), one for each row of X, not {labels.shape}.")
    if labels.min() < 0 or labels.max() >= classes:
        wrong = int(labels[(labels < 0) | (labels >= classes)][0])
        raise ValueError(f"Labels must be from 0 to {classes - 1}; one is {wrong}.")
    rows = np.zeros((n, classes), dtype)
    rows[np.arange(n), labels] = 1
    return rows


def check_draw(draw: Any) -> None:
    """ValueError unless `draw` is (seed, step, first), whole numbers from 0 on."""
    if len(draw) != 3 or any(not isinstance(number, int | np.integer) or number < 0 for number in draw):
        raise ValueError(f"draw must be (seed, step, first), three whole numbers from 0 on, not {draw}.")
