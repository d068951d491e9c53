"""Writes what was collected into ``submitted/``, and remembers it: collecting again changes only what is new."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from autograde.collecting.layout import Submission
from autograde.course import Course

NEW, CHANGED, UNCHANGED, OLDER = "new", "changed", "unchanged", "older"
#: Says in a submission's folder why there is no notebook in it; the export tells it too.
REASON = "not-collected.txt"


class Intake:
    """What was collected for one assignment, in ``autograde/intake/<assignment>``.

    ``collected.json`` has for each student the fingerprint and the time of what was taken, so that what an instructor
    mended by hand afterwards stays. What a later submission replaced is kept in ``replaced/``; what could not be
    matched with the roster lies in ``unmatched/``.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self.folder = course.folder("intake") / assignment
        self._file = self.folder / "collected.json"
        self._known: dict[str, dict[str, Any]] = {}
        if self._file.exists():
            try:
                self._known = json.loads(self._file.read_text(encoding="utf-8"))
            except ValueError:
                pass  # then everything is compared with the files themselves

    def save(self) -> None:
        """Write down what was taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(self._known, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")
        os.replace(temporary, self._file)

    def put(self, student: str, made: Submission) -> str:
        """Write one student's submission: NEW or CHANGED. UNCHANGED and OLDER say that nothing was touched."""
        target = self.course.folder("submitted") / student / self.assignment
        print_ = fingerprint(made)
        before = self._known.get(student, {})
        if target.is_dir():
            same = before.get("fingerprint") == print_ or _same(target, made)
            if not same and made.time and before.get("time", "") > _stamp(made):
                return OLDER
            if same:
                self._known[student] = {"fingerprint": print_, "from": made.label, "time": _stamp(made)}
                return UNCHANGED
        staging = target.parent / f".{self.assignment}.collecting"
        shutil.rmtree(staging, ignore_errors=True)
        _write(made, staging)
        if made.notes and not any(path[-1].endswith(".ipynb") for path in made.files):
            (staging / REASON).write_text("\n".join(made.notes) + "\n", encoding="utf-8")
        if made.time:
            (staging / "timestamp.txt").write_text(f"{_stamp(made)}\n", encoding="utf-8")
        outcome = NEW
        if target.exists():
            outcome = CHANGED
            self._set_aside(student, target)
        os.replace(staging, target)
        self._known[student] = {"fingerprint": print_, "from": made.label, "time": _stamp(made)}
        return outcome

    def _set_aside(self, student: str, target: Path) -> None:
        old = self.folder / "replaced" / student
        old.mkdir(parents=True, exist_ok=True)
        number = 1
        while (old / f"{number}").exists():
            number += 1
        shutil.move(target, old / f"{number}")

    def unmatched(self, name: str) -> Path:
        """The folder for what nobody in the roster can be matched with."""
        return self.folder / "unmatched" / name

    def put_unmatched(self, name: str, made: Submission) -> Path:
        """Keep a submission whose student is not known."""
        target = self.unmatched(name)
        shutil.rmtree(target, ignore_errors=True)
        _write(made, target)
        return target

    def matched(self, name: str) -> None:
        """Forget the copy of what has been matched since."""
        shutil.rmtree(self.unmatched(name), ignore_errors=True)


def fingerprint(made: Submission) -> str:
    """Differs where a file, its name or the time differs."""
    total = hashlib.sha256(_stamp(made).encode())
    for path, entry in sorted(made.files.items()):
        total.update(json.dumps([path, _digest(entry.file)]).encode())
    return total.hexdigest()


def _same(target: Path, made: Submission) -> bool:
    """Whether the folder holds just these files."""
    there = {path.relative_to(target).parts: path for path in target.rglob("*") if path.is_file()}
    stamp = there.pop(("timestamp.txt",), None)
    there.pop((REASON,), None)
    if made.time and (stamp is None or stamp.read_text(encoding="utf-8").strip() != _stamp(made)):
        return False
    return there.keys() == made.files.keys() and all(
        _digest(there[path]) == _digest(entry.file) for path, entry in made.files.items()
    )


def _write(made: Submission, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    inside = folder.resolve()
    for path, entry in made.files.items():
        target = folder.joinpath(*path)
        if not target.resolve().is_relative_to(inside):  # cannot be: the names are made safe. A second lock.
            raise ValueError(f"{path} leads outside of {folder}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry.file, target)


def _digest(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _stamp(made: Submission) -> str:
    """As nbgrader reads timestamp.txt: UTC."""
    return f"{made.time:%Y-%m-%d %H:%M:%S.%f} UTC" if made.time else ""
