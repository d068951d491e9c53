"""The scratch folder in which one notebook's kernel works."""

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

#: What of the grader's environment a kernel may see. Secrets in other variables stay outside.
KEPT = ("LANG", "LANGUAGE", "PATH", "SYSTEMROOT", "TZ", "VIRTUAL_ENV", "WINDIR", "NBGRADER_EXECUTION")
KEPT_PREFIXES = ("LC_", "OPENBLAS_", "OMP_", "MKL_", "PYTHON")


class Workplace:
    """A temporary folder with ``work`` (the files handed in beside the notebook), ``home`` and ``run``.

    The kernel's sockets lie in ``run``. The folder's path says nothing about where the course lies, and all
    of it is gone afterwards. Links, pipes and other notebooks are left out.
    """

    def __init__(self, submission: Path) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="sgdkit-", dir=_short())).resolve()
        self.work = self.root / "work"
        self.home = self.root / "home"
        self.run = self.root / "run"
        for folder in (self.home, self.run):
            folder.mkdir()
        if submission.is_dir():
            shutil.copytree(submission, self.work, ignore=_left_out)
            for file in self.work.rglob("*"):
                file.chmod(0o700 if file.is_dir() else 0o600)
        else:
            self.work.mkdir()
        self._fonts()

    def __enter__(self) -> "Workplace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def fresh_sockets(self) -> None:
        """Take away what a kernel before left in the sockets' folder."""
        shutil.rmtree(self.run)
        self.run.mkdir()

    def size(self) -> int:
        """Bytes of all files in it."""
        return sum(file.stat().st_size for file in self.root.rglob("*") if file.is_file())

    def give_to(self, user: int) -> None:
        """Make the user with this number the owner of all of it."""
        for place, folders, files in os.walk(self.root):
            for name in folders + files:
                os.chown(os.path.join(place, name), user, user, follow_symlinks=False)

    def environment(self) -> dict[str, str]:
        """The kernel's environment variables."""
        kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith(KEPT_PREFIXES)}
        return kept | {
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "TMPDIR": str(self.root),
            "IPYTHONDIR": str(self.home / "ipython"),
            "MPLCONFIGDIR": str(self.home / "matplotlib"),
            "PYTHONHASHSEED": "0",
        }

    def _fonts(self) -> None:
        """Spare every kernel the seconds that matplotlib needs to look for fonts in an empty home."""
        from matplotlib import get_cachedir

        config = self.home / "matplotlib"
        config.mkdir()
        for file in Path(get_cachedir()).glob("fontlist-*.json"):
            shutil.copy(file, config)


def _left_out(place: str, names: list[str]) -> list[str]:
    paths = {name: Path(place, name) for name in names}
    other = [name for name, path in paths.items() if path.is_symlink() or not (path.is_dir() or path.is_file())]
    return other + [name for name in names if name.endswith(".ipynb") or name == ".ipynb_checkpoints"]


def _short() -> str | None:
    """Where the folder goes: a socket's path may have 100 characters only, which leaves some 60 for TMPDIR's."""
    return "/tmp" if len(tempfile.gettempdir()) > 60 and Path("/tmp").is_dir() else None
