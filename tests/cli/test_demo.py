"""What ``python -m sgdkit demo`` says of a difference; ``make demo`` itself is tested with the README."""

from __future__ import annotations

import numpy as np

from sgdkit.cli.demo import same_in_words


def test_a_difference_beyond_rounding_is_not_called_rounding() -> None:
    class Result:
        def __init__(self, w: list[float]) -> None:
            self.w = np.array(w)

    def said(one: list[float], two: list[float]) -> str:
        return same_in_words(Result(one), Result(two))  # type: ignore[arg-type]

    assert "bit for bit" in said([1, 2], [1, 2])
    assert "same w to rounding" in said([1, 2], [1, 2 + 1e-15])
    assert "should not be" in said([1, 2], [1, 2.1])
