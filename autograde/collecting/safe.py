"""Names that students chose, made safe for a folder and for a terminal."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

#: What Windows keeps for devices, whatever the extension.
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}

#: What computers leave behind in folders and archives; nobody hands it in on purpose.
JUNK = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__", ".git"}

LONGEST = 100


class UnsafeName(ValueError):
    """The name points somewhere outside the submission."""


def parts_of(name: str) -> tuple[str, ...]:
    """The folders and the file of a name in an archive, as it stands there; slash and backslash both separate.

    Raises UnsafeName for an absolute name, a drive letter and "..".
    """
    name = name.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in parts:
        raise UnsafeName(name)
    return parts


def is_junk(parts: Iterable[str]) -> bool:
    """Whether a file is one that only a computer made."""
    return any(part in JUNK or part.startswith("._") for part in parts)


def file_name(name: str) -> str:
    """One part of a path that every file system takes: no control or reserved characters, not too long."""
    name = unicodedata.normalize("NFC", name)
    name = "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in name).strip()
    name = name.rstrip(". ") or "_"
    if name.split(".")[0].strip().lower() in RESERVED:
        name = f"_{name}"
    if len(name.encode()) <= LONGEST:
        return name
    suffix = PurePosixPath(name).suffix[:10]
    return _shorter(name, LONGEST - 10 - len(suffix.encode())) + f"~{digest(name)}{suffix}"


def student_id(text: str) -> str:
    """An id for a student, usable as nbgrader's folder: letters, digits, ".", "_", "@" and "-" only.

    Text that would lose something in a way that two students could share an id gets a short checksum behind it.
    """
    text = unicodedata.normalize("NFC", text).strip()
    kept = re.sub(r"[^\w.@-]+", "-", text).strip("-.")
    if not kept:
        return f"student-{digest(text)}"
    if len(kept.encode()) > LONGEST - 20:
        kept = f"{_shorter(kept, LONGEST - 20)}-{digest(text)}"
    return f"_{kept}" if kept.split(".")[0].lower() in RESERVED else kept


def shown(text: object, most: int = 120) -> str:
    """The text for one line on a terminal: nothing in it moves the cursor or breaks the line."""
    line = "".join(c if c.isprintable() else "?" for c in str(text))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def digest(text: str) -> str:
    """Six characters that differ where the text differs."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _shorter(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore")
