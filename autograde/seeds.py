"""The course's secret seed, and the cases that follow from it for one student and exercise."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import numpy as np

from autograde.errors import CourseError

SIZE = 32


def course_secret(file: Path) -> bytes:
    """The secret of this course (32 bytes), made at the first call and readable by its owner only.

    Every process that grades gets the same one, also when several make it at the same moment. Raises
    CourseError when the file exists and is not such a secret.
    """
    try:
        secret = file.read_bytes()
    except FileNotFoundError:
        secret = _make(file)
    if len(secret) != SIZE:
        raise CourseError(
            f"The course's secret {file} has {len(secret)} bytes instead of {SIZE}: restore it from a backup, "
            "or delete it to have a new one made (every student then gets new cases)."
        )
    return secret


def _make(file: Path) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(SIZE))
    try:
        # A link fails where the file exists by now, so two graders agree on the one that came first.
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        if not file.exists():
            os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return file.read_bytes()


def seed(secret: bytes, student: str, exercise: str) -> int:
    """The seed of this student's hidden cases of this exercise; always the same, and says nothing of the secret."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (student.encode(), exercise.encode()))
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return int.from_bytes(digest[:16], "big")


def rng(secret: bytes, student: str, exercise: str) -> np.random.Generator:
    """The generator from which this student's hidden cases of this exercise are drawn; always the same."""
    return np.random.default_rng(seed(secret, student, exercise))
