"""Which submissions are recorded, and what each was made of; and that only one grader records at a time."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from autograde.errors import CourseError


@dataclass(frozen=True)
class Mark:
    """Says that a submission is recorded: the key of what it was made of, and digests of what was left of it.

    ``files`` is that of its folder in ``autograded/``, ``scores`` that of its automatic scores in the gradebook: where
    one of them is another now, something else has been there since.
    """

    key: str
    files: str
    scores: str


class Journal:
    """The marks of one assignment: a file to which a line is added for each recorded submission.

    Holds the course's lock while it is open. Raises CourseError where another grader has it.
    """

    def __init__(self, folder: Path, assignment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder / "lock")
        self._path = folder / f"{assignment}.jsonl"
        self._marks = _read(self._path)
        # Written anew: one line for each, and none that was cut off when a grader was killed.
        draft = self._path.with_suffix(".new")
        draft.write_text("".join(map(_line, self._marks, self._marks.values())), encoding="utf-8")
        os.replace(draft, self._path)
        self._file = open(self._path, "a", encoding="utf-8")

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._lock.close()

    def mark(self, student: str) -> Mark | None:
        """What is noted about this student's submission."""
        return self._marks.get(student)

    def note(self, student: str, mark: Mark) -> None:
        """Note that it is recorded; once this returns, nothing but a broken disk forgets it."""
        self._marks[student] = mark
        self._file.write(_line(student, mark))
        self._file.flush()
        os.fsync(self._file.fileno())


def _line(student: str, mark: Mark) -> str:
    return json.dumps({"student": student, **asdict(mark)}) + "\n"


def _read(path: Path) -> dict[str, Mark]:
    marks = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            fields = json.loads(line)
            student = fields.pop("student")
            marks[student] = Mark(**fields)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # cut off, or of another version: that submission is graded again
    return marks


def _lock(path: Path) -> IO[str]:
    """An open file that the operating system lets one process have, and frees when that ends, however it ends."""
    file = open(path, "a+", encoding="utf-8")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise CourseError(
            f"Another grader is at work in this course (it holds {path}): wait for it, or stop it first."
        ) from None
    return file
