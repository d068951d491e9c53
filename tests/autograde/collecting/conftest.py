import io
import json
import os
import shutil
import stat
import zipfile

import pytest

from autograde import engine
from autograde.collecting import collect as collecting
from autograde.course import Course

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def zipped(files):
    """The bytes of a zip file; a value may be text, bytes, or a ZipInfo with bytes as (info, bytes)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if isinstance(content, tuple):
                archive.writestr(*content)
            else:
                archive.writestr(name, content)
    return made.getvalue()


def link(name, target):
    """A symbolic link for ``zipped``."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("gradebook"), work="")
    with engine.gradebook(course):
        return course.database


@pytest.fixture
def small(tmp_path, empty_gradebook):
    """A course of which there is only what collecting looks at: the names of its notebooks."""
    root = tmp_path / "a course"
    for assignment, names in {"2-syncsgd": ("easy", "hard"), "3-optimizers": ("optimizers",)}.items():
        (root / "solutions" / assignment).mkdir(parents=True)
        for name in names:
            (root / "solutions" / assignment / f"{name}.py").write_text("")
    shutil.copy(empty_gradebook, root / "gradebook.db")
    return Course(root, work="")


@pytest.fixture
def take(small, tmp_path):
    """Collects files given as name -> content, from a zip file or (folder=True) from a folder."""

    def _take(files, roster=None, folder=False, **options):
        source = tmp_path / ("handed in" if folder else "handed in.zip")
        if folder:
            for name, content in files.items():
                file = source / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content if isinstance(content, bytes) else content.encode())
        else:
            source.write_bytes(zipped(files))
        return collecting.collect(small, "2-syncsgd", source, roster, **options)

    return _take


@pytest.fixture
def there(small):
    """Everything in the students' folders, as "student/file" -> text."""

    def _there(below="submitted"):
        found = {}
        for folder, _, files in os.walk(small.folder(below)):
            for name in files:
                path = os.path.relpath(os.path.join(folder, name), small.folder(below)).replace(os.sep, "/")
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as stream:
                    found[path.replace("/2-syncsgd/", "/")] = stream.read()
        return found

    return _there
