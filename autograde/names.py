"""What the files handed in are called, where that is not what they must be called, and what is no file at all."""

import os
import stat
import unicodedata
from pathlib import Path


def misnamed(folder: Path, wanted: list[str]) -> str:
    """Why the folder of a submission cannot be graded: it holds none of the ``wanted`` files, or a link; else "".

    A browser's "easy (1).ipynb" is named with what to do; nothing is guessed, for it may be an older version.
    """
    if strange(folder):
        return strange(folder)
    if any((folder / name).exists() for name in wanted):
        return ""
    listed = ", ".join(wanted)
    found = sorted(printable(file.name) for file in folder.glob("*.ipynb"))
    if not found:
        return f"the folder handed in holds none of {listed}"
    verb, them = ("is", "it") if len(found) == 1 else ("are", "them")
    return f"found {', '.join(found)}, which {verb} not one of {listed}: rename {them}"


def strange(folder: Path) -> str:
    """Why the folder may not be read at all, or "".

    nbgrader copies what a link leads to, be it another student's work, and would read a pipe or a device for ever.
    """
    for place, folders, files in os.walk(folder):
        for name in sorted(folders + files):
            mode = os.lstat(os.path.join(place, name)).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                kind = "a link" if stat.S_ISLNK(mode) else "no ordinary file"
                return f"{printable(name)} is {kind}: hand in the file itself"
    return ""


def unusable(name: str) -> bool:
    """Whether a student's folder is called what neither a gradebook nor a page can hold: bytes that are no text in
    UTF-8, or more than one line.
    """
    return any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name)


def printable(name: str) -> str:
    """A file's name for one line of text, whatever is in it."""
    return name if name.isprintable() else ascii(name)
