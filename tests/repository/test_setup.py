"""tools/setup.sh on imagined machines, whose interpreters only say which version they are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository.tracked import ROOT

BASE = "sh cat cksum awk tee grep tail rm mkdir dirname ls cp".split()
# An interpreter of version 3.{minor}; `make environments` fails where venv is missing, and installing while
# a file "offline" is there.
INTERPRETER = """\
#!/bin/sh
case "$*" in
*version_info*) echo {minor} ;;
*ensurepip*) exit {without_venv} ;;
"-m venv "*) mkdir -p "$3/bin" && echo home >"$3/pyvenv.cfg" && cp "$0" "$3/bin/python" && echo made >>made ;;
"-m pip --version") [ ! -e pip-is-broken ] ;;
*" install "*)
    echo installed >>installs
    if [ -e offline ]; then echo "ERROR: no network" && exit 1; fi
    echo "Collecting numpy" && echo "Installing collected packages: numpy" ;;
*) exit 2 ;;
esac
"""


class Machine:
    """A folder with a space in its name that has the set-up's files, and a PATH with chosen programs only."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.checkout = folder / "the kit"
        self.bin.mkdir()
        (self.checkout / "tools").mkdir(parents=True)
        for name in ("pyproject.toml", "constraints.txt", "tools/setup.sh"):
            shutil.copy(ROOT / name, self.checkout / name)
        for program in BASE:
            found = shutil.which(program)
            assert found, program
            (self.bin / program).symlink_to(found)

    def has(self, name: str, minor: int, without_venv: int = 0) -> None:
        """Install an interpreter under a name."""
        file = self.bin / name
        file.write_text(INTERPRETER.format(minor=minor, without_venv=without_venv))
        file.chmod(0o755)

    def setup(self, python: str = "", venv: str = ".venv") -> subprocess.CompletedProcess[str]:
        """Run the set-up without a home directory."""
        command = [str(self.bin / "sh"), "tools/setup.sh", venv, python]
        environment = {"PATH": str(self.bin)}
        return subprocess.run(command, cwd=self.checkout, env=environment, capture_output=True, text=True)

    def count(self, name: str) -> int:
        """How often an event ("made", "installs") has been noted."""
        file = self.checkout / name
        return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def sentence(answer: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refused set-up prints."""
    assert answer.returncode == 1, answer
    lines = [line for line in answer.stderr.splitlines() if line.startswith("sgdkit: ")]
    assert len(lines) == 1, answer.stderr
    return lines[0]


def test_it_sets_up_once_and_then_has_nothing_to_do(machine):
    machine.has("python3", 12)
    first = machine.setup()
    assert first.returncode == 0, first.stderr
    assert "Python 3.12" in first.stdout
    again = machine.setup()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (machine.count("made"), machine.count("installs")) == (1, 1)


def test_an_installation_that_failed_is_taken_up_at_the_next_command(machine):
    machine.has("python3", 11)
    (machine.checkout / "offline").touch()
    failed = machine.setup()
    assert "needs the network" in sentence(failed)
    assert "no network" in failed.stderr
    (machine.checkout / "offline").unlink()
    assert machine.setup().returncode == 0
    assert (machine.count("made"), machine.count("installs")) == (1, 2)


def test_an_environment_without_a_working_pip_is_made_again(machine):
    machine.has("python3", 11)
    (machine.checkout / ".venv" / "bin").mkdir(parents=True)
    (machine.checkout / ".venv" / "pyvenv.cfg").touch()
    assert machine.setup().returncode == 0
    assert machine.count("made") == 1


def test_a_moved_folder_and_changed_dependencies_are_installed_again(machine):
    machine.has("python3", 11)
    machine.setup()
    machine.checkout = machine.checkout.rename(machine.checkout.parent / "moved")
    assert machine.setup().returncode == 0
    assert machine.count("installs") == 2
    with (machine.checkout / "constraints.txt").open("a") as file:
        file.write("# changed\n")
    assert machine.setup().returncode == 0
    assert machine.count("installs") == 3


def test_a_suitable_interpreter_is_preferred_to_one_that_is_too_new(machine):
    machine.has("python3", 15)
    machine.has("python3.12", 12)
    assert "Python 3.12" in machine.setup().stdout


@pytest.mark.parametrize("minor", [10, 14])
def test_a_python_out_of_range_is_refused_in_one_sentence(machine, minor):
    machine.has("python3", minor)
    said = sentence(machine.setup())
    assert f"python3 is 3.{minor}" in said and "3.11 to 3.13" in said
    assert not (machine.checkout / ".venv").exists()


def test_a_newer_python_is_used_where_it_is_asked_for(machine):
    machine.has("python3.14", 14)
    answer = machine.setup(python="python3.14")
    assert answer.returncode == 0
    assert "newer than 3.13" in answer.stderr


def test_no_python_at_all_is_said(machine):
    assert "Python was not found" in sentence(machine.setup())


def test_a_missing_venv_module_is_said_with_what_to_install(machine):
    machine.has("python3", 11, without_venv=1)
    assert "apt install python3-venv" in sentence(machine.setup())


def test_a_name_that_is_no_interpreter_is_said(machine):
    assert "PYTHON=pyhton3 is not a Python 3" in sentence(machine.setup(python="pyhton3"))


def test_an_environment_of_another_python_is_not_replaced_behind_ones_back(machine):
    machine.has("python3", 11)
    machine.has("python3.13", 13)
    machine.setup()
    assert "VENV=.venv-other" in sentence(machine.setup(python="python3.13"))
    assert machine.setup(python="python3.13", venv=".venv-3.13").returncode == 0
    assert machine.count("made") == 2


def test_a_folder_that_is_something_else_is_left_alone(machine):
    machine.has("python3", 11)
    keepsake = machine.checkout / "data" / "keepsake.txt"
    keepsake.parent.mkdir()
    keepsake.touch()
    assert "is not a virtual environment" in sentence(machine.setup(venv="data"))
    assert keepsake.exists()
