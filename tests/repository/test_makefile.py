"""The Makefile says what it has, and each of its commands sets up what it needs."""

from __future__ import annotations

import re
import subprocess

from tests.repository.tracked import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
RULE = re.compile(r"^([a-z-]+):(?!=)(.*)$", re.MULTILINE)
TARGETS = {name: rest for name, rest in RULE.findall(MAKEFILE)}
NEED_NOTHING = {"help", "setup", "clean", "distclean"}


def make(*words: str) -> str:
    """What make prints in the repository."""
    return subprocess.run(["make", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_make_alone_lists_every_command_with_a_line():
    listed = re.findall(r"^  make ([a-z-]+) +\S", make(), re.MULTILINE)
    assert listed == list(TARGETS)
    assert make("help") == make()


def test_every_command_is_one_whatever_files_there_are():
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony == list(TARGETS)


def test_every_command_sets_up_what_it_needs():
    without = {name for name, rest in TARGETS.items() if "setup" not in rest.split("##")[0].split()}
    assert without == NEED_NOTHING


def test_the_commands_of_the_readme_are_there():
    assert {"demo", "test", "lab", "release"} <= set(TARGETS)


def test_no_absolute_path_is_used_since_make_splits_them_at_spaces():
    assert not re.search(r"CURDIR|abspath|realpath|\$\(PWD\)", MAKEFILE)
