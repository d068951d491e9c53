"""The files that belong to the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Without git (an unpacked archive), everything but what tools and runs leave behind.
LEFT_BEHIND = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".git", "out"}


def tracked_files() -> list[Path]:
    """Files of the repository relative to its root: tracked, or new and not named in .gitignore."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        names = {Path(name) for name in listed.split("\0") if name}
    else:
        names = {path.relative_to(ROOT) for path in ROOT.rglob("*")}
    return sorted(
        name
        for name in names
        if (ROOT / name).is_file() and not LEFT_BEHIND & set(name.parts) and not name.parts[0].startswith(".venv")
    )
