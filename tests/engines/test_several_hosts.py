"""The programs and commands of docs/several-hosts.md, on ranks of this machine."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from sgdkit.cli import main
from tests.conftest import ROOT
from tests.engines.test_mpi import mpiexec

pytest.importorskip("mpi4py")
TEXT = (ROOT / "docs" / "several-hosts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.mpi
def test_the_program_runs_on_ranks_and_one_of_them_prints():
    (program,) = [text for language, text in BLOCKS if language == "python"]
    done = mpiexec(2, "-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("<Run of ann(hidden=50): 60 steps") == 1


def test_every_option_of_the_training_commands_exists(tmp_path, capsys):
    """As far as it can be seen without the hosts: what comes after `-m sgdkit` is understood."""
    commands = [line for language, text in BLOCKS if language == "bash" for line in joined(text) if "-m sgdkit" in line]
    assert len(commands) == 4
    for line in commands:
        words = shlex.split(line.partition("-m sgdkit ")[2])
        assert main([*words, "--out", str(tmp_path), "--seed", "-1"]) == 2  # all options before it were taken
        assert "--seed is -1" in capsys.readouterr().err


def test_the_simulation_runs_as_it_stands(tmp_path, capsys):
    (line,) = [line for _, text in BLOCKS for line in joined(text) if line.startswith("python -m sgdkit simulate")]
    assert main([*shlex.split(line)[3:], "--out", str(tmp_path)]) == 0
    assert "All-reduce by ring" in capsys.readouterr().out


@pytest.mark.mpi
def test_the_constants_of_a_network_are_measured():
    done = mpiexec(2, "-m", "benchmarks.pingpong")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ranks"] == 2 and told["alpha"] > 0 and told["beta"] > 0


def joined(text: str) -> list[str]:
    """Lines, those that end in a backslash together with the next."""
    return text.replace("\\\n", " ").splitlines()
