"""What a grade was made of, as one key: where the key is the same, grading again would give the same."""

import functools
import hashlib
import hmac
import importlib.metadata
import json
import platform
import re
from pathlib import Path
from typing import Any

import autograde
import sgdkit
from autograde.jobs.files import Files

#: What of autograde decides a grade; commands, exports and reports do not.
GRADES = ("grading", "jobs", "pages", "config.py", "names.py", "seeds.py")


@functools.cache
def environment() -> dict[str, str]:
    """The versions that can change a grade: Python, the packages that the kit asks for, and the kit's own code.

    Two machines on which this is the same grade alike.
    """
    found = {"python": platform.python_version(), "sgdkit (its code)": _code()}
    for requirement in importlib.metadata.requires("sgdkit") or []:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        if "extra == 'dev'" in requirement.replace('"', "'"):
            continue
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "none"
    return found


def _code() -> str:
    kit, grader = Path(sgdkit.__file__).parent, Path(autograde.__file__).parent
    digest = hashlib.sha256()
    for root, parts in ((kit, [kit]), (grader, [grader / name for name in GRADES])):
        for part in parts:
            for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
                if file.is_file() and "__pycache__" not in file.parts:
                    digest.update(file.relative_to(root).as_posix().encode() + b"\0" + _hash(file.read_bytes()))
    return digest.hexdigest()[:12]


def secret_mark(secret: bytes) -> str:
    """Tells two secrets apart and says nothing else about them."""
    return hmac.new(secret, b"sgdkit: which secret this is", hashlib.sha256).hexdigest()


def of_settings(settings: dict[str, Any]) -> str:
    """A digest of a configuration, whatever objects are in it."""
    text = json.dumps(
        settings, sort_keys=True, default=lambda value: getattr(value, "__qualname__", None) or str(value)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def of_files(files: Files) -> str:
    """A digest of names and contents."""
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name]
        kind = b"b" + _hash(content) if isinstance(content, bytes) else b"i" + str(content).encode()
        digest.update(_hash(name.encode("utf-8", "surrogateescape")) + kind)
    return digest.hexdigest()


def key(*parts: str) -> str:
    """One key of several digests."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
