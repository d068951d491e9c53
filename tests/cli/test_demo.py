"""``python -m sgdkit demo``, the training half of ``make demo``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgdkit.cli.demo import same_in_words


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the demo wrote, and what it printed."""
    where = tmp_path_factory.mktemp("the demo")
    done = subprocess.run(
        [sys.executable, "-m", "sgdkit", "demo", "--out", str(where)],
        capture_output=True,
        text=True,
        timeout=170,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return where, done.stdout


def test_one_table_has_both_runs(demo: tuple[Path, str]) -> None:
    _, printed = demo
    workers = next(line for line in printed.splitlines() if line.startswith("number of workers"))
    assert workers.split()[-2:] == ["1", "2"]
    accuracy = next(line for line in printed.splitlines() if line.startswith("final accuracy, test set"))
    assert all(float(cell.rstrip("%")) > 90 for cell in accuracy.split()[-2:])


def test_both_give_the_same_w_and_it_says_so(demo: tuple[Path, str]) -> None:
    where, printed = demo
    assert "One worker and two gave the same w" in printed
    one, two = np.load(where / "1-worker" / "w.npy"), np.load(where / "2-workers" / "w.npy")
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-12)


def test_the_pictures_are_there_and_their_place_is_told(demo: tuple[Path, str]) -> None:
    where, printed = demo
    for name in ("loss_contour", "loss", "timeline", "digits"):
        assert Image.open(where / f"{name}.png").text["Description"]  # type: ignore[attr-defined]
    assert str(where) in printed.strip().splitlines()[-1]


def test_a_difference_beyond_rounding_is_not_called_rounding() -> None:
    class Result:
        def __init__(self, w: list[float]) -> None:
            self.w = np.array(w)

    def said(one: list[float], two: list[float]) -> str:
        return same_in_words(Result(one), Result(two))  # type: ignore[arg-type]

    assert "bit for bit" in said([1, 2], [1, 2])
    assert "same w to rounding" in said([1, 2], [1, 2 + 1e-15])
    assert "should not be" in said([1, 2], [1, 2.1])
