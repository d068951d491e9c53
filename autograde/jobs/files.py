"""Files as bytes: what a job carries to another process or another machine, and how it is laid out there."""

import io
import json
import os
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

#: Path below a folder, with forward slashes -> content; or its size, for a file that is too large for anybody to read.
Files = dict[str, bytes | int]


def read(folder: Path, names: Iterable[str], largest: int) -> Files:
    """These files of a folder. Of one with more than ``largest`` bytes only the size.

    Raises OSError where one is gone, or has become a link, a pipe or a folder since it was listed.
    """
    return {name: _content(folder / name, largest) for name in sorted(names)}


def _content(file: Path, largest: int) -> bytes | int:
    # Neither followed nor waited for: what lies there is a student's.
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{file.name} is no ordinary file")
        return status.st_size if status.st_size > largest else stream.read()


_BINARY = getattr(os, "O_BINARY", 0)


def write(folder: Path, files: Files) -> None:
    """Lay the files out below ``folder``; of one whose size alone is known, a hole of that size.

    Raises ValueError for a path that leaves the folder.
    """
    for name, content in files.items():
        file = folder / inside(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "xb") as stream:
            if isinstance(content, bytes):
                stream.write(content)
            else:
                stream.truncate(content)


def inside(name: str) -> PurePosixPath:
    """The path, if it stays below the folder that it is joined to. Raises ValueError otherwise."""
    path = PurePosixPath(name)
    windows = PureWindowsPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name or windows.drive or windows.root:
        raise ValueError(f"{name!r} is no path below a folder")
    return path


def pack(head: dict[str, Any], groups: dict[str, Files]) -> bytes:
    """Plain values and groups of files as one compressed message."""
    # Entries are numbered: a zip's own names could not hold all that a student may call a file.
    listed: dict[str, dict[str, int | str]] = {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        number = 0
        for group, files in groups.items():
            listed[group] = {}
            for name, content in files.items():
                if isinstance(content, bytes):
                    archive.writestr(str(number), content)
                    listed[group][name] = str(number)
                    number += 1
                else:
                    listed[group][name] = content
        archive.writestr("head", json.dumps({"head": head, "files": listed}))
    return stream.getvalue()


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, Files]]:
    """What ``pack`` was given. Raises ValueError where the message is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(message)) as archive:
            told = json.loads(archive.read("head"))
            groups = {
                group: {name: archive.read(at) if isinstance(at, str) else int(at) for name, at in files.items()}
                for group, files in told["files"].items()
            }
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the message of a job is damaged ({error})") from error
    return told["head"], groups
