"""A copy of the repository that is set up already, so that its commands can be run where they do no harm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.repository.tracked import ROOT, tracked_files

# No package can be fetched and no host is reached: what is set up has to work without network.
DEAD_PROXY = "http://127.0.0.1:9"
OFFLINE = {
    "PIP_NO_INDEX": "1",
    **{name: DEAD_PROXY for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")},
    "no_proxy": "127.0.0.1,localhost",
    "NO_PROXY": "127.0.0.1,localhost",
}


def link_or_copy(source: str, target: str) -> None:
    """Give a file a second name, or copy it where the file systems differ."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def point_to(file: Path, old: str, new: str) -> None:
    """Replace a path in a text file of the copied environment, leaving the original file as it is."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if old in text:
        mode = file.stat().st_mode
        interpreter = f"#!{old}/bin/python"
        first, newline, rest = text.partition("\n")
        if first.startswith(interpreter):  # as pip writes it where the path has spaces
            first = f"#!/bin/sh\n'''exec' \"{new}/bin/python\" \"$0\" \"$@\"\n' '''"
        file.unlink()
        file.write_text((first + newline + rest).replace(old, new), encoding="utf-8")
        file.chmod(mode)


class PreparedCopy:
    """The repository's files with this environment, in a folder with a space, and an empty home beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a course" / "sgdkit"
        self.home = folder / "home"
        self.home.mkdir()
        for name in tracked_files():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.root / name)
        venv = self.root / ".venv"
        # Not the set-up's notes: written in place, they would change in the original too.
        notes = shutil.ignore_patterns(".sgdkit", "install.log")
        shutil.copytree(sys.prefix, venv, symlinks=True, copy_function=link_or_copy, ignore=notes)
        for file in [*(venv / "bin").iterdir(), *venv.glob("lib/python*/site-packages/*sgdkit*.pth")]:
            if file.is_file() and not file.is_symlink():
                point_to(file, sys.prefix, str(venv))
                point_to(file, str(ROOT), str(self.root))
        stamp = "{ pwd; cat pyproject.toml constraints.txt | cksum; } >.venv/.sgdkit"
        subprocess.run(["sh", "-c", stamp], cwd=self.root, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables of a newcomer's shell, without network."""
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**keep, "HOME": str(self.home), **OFFLINE}

    def run(self, command: str, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a shell command at the root of the copy, with no input.

        Raises subprocess.TimeoutExpired after that many seconds.
        """
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
