"""Which file was graded, so that exports see where another one has been handed in since."""

import hashlib
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograde.grading import notes

#: The note's name.
FILE = "file"


class NoteOrigin(NbGraderPreprocessor):
    """Notes the size and the digest of the notebook's file as handed in; of one that is not read only the size."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        file = Path(resources["metadata"]["path"]) / f"{resources['metadata']['name']}.ipynb"
        try:
            told = NotebookNode(bytes=file.stat().st_size)
            if not notes.of(nb).get("unreadable"):
                told["sha256"] = _digest(file)
            notes.of(nb)[FILE] = told
        except OSError:
            pass  # such as a link that leads nowhere: there is nothing to compare with
        return nb, resources


def changed(told: dict[str, Any], file: Path) -> bool:
    """Whether ``file`` is another one than that which was graded, as far as the notebook's notes ``told`` know."""
    graded = told.get(FILE)
    if not graded:
        return False
    if file.stat().st_size != graded["bytes"]:
        return True
    return "sha256" in graded and graded["sha256"] != _digest(file)


def _digest(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
