"""Names for the arrays that the whole kit passes around."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
"""A float32 or float64 array of any shape."""

Vector: TypeAlias = NDArray[np.floating[Any]]
"""A flat, contiguous float32 or float64 array of shape (size,): the parameters of a network, or a
gradient.
"""

Labels: TypeAlias = NDArray[np.integer[Any]]
"""Class numbers, shape (n,), from 0 to the number of classes - 1."""
