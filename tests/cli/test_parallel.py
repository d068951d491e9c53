"""``python -m sgdkit train``: who computes, how many, and who waits for whom."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgdkit.cli import main

QUICK = ["train", "--model", "parabola", "--batch-size", "10", "--epochs", "2"]


def trained(*more: str, out: Path) -> dict[str, object]:
    """The settings of a short run."""
    assert main([*QUICK, *more, "--out", str(out)]) == 0
    return dict(json.loads((out / "settings.json").read_text(encoding="utf-8")))


def test_backup_workers_and_stragglers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = trained("--workers", "2", "--backup", "1", "--stragglers", "exponential:0.001:0.5", out=tmp_path)
    assert told["workers"] == 2 and told["backup"] == 1
    printed = capsys.readouterr().out
    assert "backup workers" in printed and "with probability 0.5 late in a step exponentially" in printed
    assert (tmp_path / "timeline.png").exists()


@pytest.mark.parametrize("algorithm", ["async", "lock-free"])
def test_asynchronous(algorithm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = trained("--algorithm", algorithm, "--lr", "0.01", out=tmp_path)
    assert str(told["algorithm"]).startswith("asynchronous") and told["steps"] == 10
    assert "staleness, mean" in capsys.readouterr().out
    assert (tmp_path / "staleness.png").exists()


def test_lock_free_trains_lorenz_with_sgd(tmp_path: Path) -> None:
    more = ["--model", "lorenz", "--algorithm", "lock-free", "--lr", "0.0001", "--epochs", "1"]
    assert str(trained(*more, out=tmp_path)["optimizer"]).startswith("SGD")


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    serial = ["--engine", "serial", "--workers", "3"]
    trained(*serial, "--epochs", "4", out=tmp_path / "whole")
    trained(*serial, "--checkpoint", str(tmp_path / "run.npz"), out=tmp_path / "first")
    trained(*serial, "--checkpoint", str(tmp_path / "run.npz"), "--epochs", "4", out=tmp_path / "second")
    whole, second = (np.load(tmp_path / name / "w.npy") for name in ("whole", "second"))
    assert np.array_equal(whole, second)
    assert len(pd.read_csv(tmp_path / "second" / "steps.csv")) == 20


WRONG = [
    (["--backup", "-1"], "--backup is -1: give a whole number from 0 to 256."),
    (["--backup", "1", "--engine", "serial"], "a pool, but --engine is serial: take --engine pool."),
    (["--stragglers", "fixed:1", "--engine", "serial"], "--stragglers is fixed:1, which needs the processes of a pool"),
    (["--stragglers", "late:1"], "in --stragglers, stragglers 'late' do not exist: choose one of fixed,"),
    (["--stragglers", "fixed"], "in --stragglers, 'fixed' is not KIND:SECONDS"),
    (["--stragglers", "fixed:-1"], "give a positive number"),
    (["--algorithm", "asynch"], "--algorithm is asynch: choose sync, async or lock-free (did you mean async?)."),
    (["--algorithm", "async", "--engine", "serial"], "--algorithm is async, which needs the processes of a pool"),
    (["--algorithm", "async", "--backup", "2"], "--backup is 2, which --algorithm async does not have"),
    (["--algorithm", "async", "--checkpoint", "x.npz"], "--checkpoint is x.npz, which --algorithm async does not have"),
    (["--algorithm", "async", "--optimizer", "newton"], "take --algorithm sync."),
    (["--algorithm", "lock-free", "--optimizer", "adam"], "lock-free updates are those of sgd"),
    (["--mpi", "allgather"], "--mpi is allgather, but --engine is pool"),
    (["--mpi", "gather"], "--mpi is gather: choose allreduce or allgather"),
    (["--engine", "mpi", "--workers", "4"], "the ranks are the workers: leave it out and start mpiexec -n 4."),
    (["--engine", "mpi", "--backup", "1"], "--backup is 1, which needs the processes of a pool, but --engine is mpi"),
    (["--checkpoint", "no/such/folder/run.npz"], "the checkpoint's folder no/such/folder does not exist: make it"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_a_wrong_value_gets_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*QUICK, *arguments, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and words in printed.err
    assert printed.err.startswith("python -m sgdkit train: ") and printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("own", "all_of_them"),
    [
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
        ("PMI_RANK", "PMI_SIZE"),
        ("PMIX_RANK", "SLURM_STEP_NUM_TASKS"),  # srun --mpi=pmix
    ],
)
def test_ranks_without_the_mpi_engine_are_refused_by_one_of_them(
    own: str, all_of_them: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(all_of_them, "4")
    for rank, code in (("0", 2), ("3", 0)):
        monkeypatch.setenv(own, rank)
        assert main(QUICK) == code
    assert capsys.readouterr().err.count("4 processes were started by mpiexec, but --engine is pool: add") == 1
