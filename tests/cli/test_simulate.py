"""``python -m sgdkit simulate``: assumptions, tables, pictures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from sgdkit.cli import main

QUICK = ["simulate", "--workers", "20", "--steps", "40"]


def test_assumptions_are_printed_before_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--stragglers", "pareto:0.5:0.1", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("What is assumed:\n- Compute time of a gradient: exponential, mean 1 s; each worker with")
    for word in ("α = 50 µs", "One parameter server", "the first N of the N + b gradients", "best learning rate"):
        assert word in printed
    assert printed.index("best learning rate") < printed.index("20 machines, of which b are backup workers")
    assert "mean staleness" in printed


def test_tables_and_pictures_are_written(tmp_path: Path) -> None:
    assert main([*QUICK, "--late", "abandon", "--out", str(tmp_path)]) == 0
    backups, workers = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("backup", "workers"))
    assert backups.backup.iloc[0] == 0 and backups.backup.iloc[-1] == 4
    assert (backups.workers + backups.backup == 20).all()
    assert backups.step.is_monotonic_decreasing
    assert (workers.workers + workers.backup).iloc[[0, -1]].tolist() == [1, 20]
    for name in ("backup", "workers"):
        image = Image.open(tmp_path / f"{name}.png")
        assert "Least time to the target" in image.text["Description"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("exchange", ["ring", "tree"])
def test_an_all_reduce_has_no_backup_workers(exchange: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--exchange", exchange, "--out", str(tmp_path)]) == 0
    assert f"All-reduce by {exchange}" in capsys.readouterr().out
    assert not (tmp_path / "backup.csv").exists() and (tmp_path / "workers.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "0"], "--workers is 0: give a whole number from 1 to 10,000."),
        (["--workers", "10001"], "--workers is 10001"),
        (["--backup", "20"], "--backup is 20, but --workers is 20, which counts them too: give at most 19."),
        (["--backup", "2", "--exchange", "ring"], "an all-reduce by ring needs everybody"),
        (["--exchange", "rings"], "choose server, ring or tree (did you mean ring?)"),
        (
            ["--compute", "normal:1"],
            "in --compute, compute time 'normal' does not exist: choose one of constant",
        ),
        (["--compute", "constant"], "in --compute, 'constant' has 0 numbers: give for example constant:1."),
        (["--compute", "constant:x"], "holds something that is no number"),
        (["--compute", "constant:-1"], "give 0 or a positive number"),
        (["--stragglers", "fixed"], "in --stragglers, 'fixed' is not"),
        (["--bandwidth", "0"], "--bandwidth is 0: give a positive number"),
        (["--late", "never"], "--late is never: choose finish or abandon"),
    ],
)
def test_a_wrong_value_gets_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*QUICK, *arguments, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and words in printed.err
    assert printed.err.startswith("python -m sgdkit simulate: ") and printed.err.count("\n") == 1
