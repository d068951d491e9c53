"""Reading what a student handed in, whatever it is."""

import json
import os
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from traitlets import Integer

from autograde.names import strange

#: Where the reason is left for RestoreCells.
REASON = "sgdkit_unreadable"


class TolerantExporter(NotebookExporter):
    """nbconvert's notebook exporter, which reads an unreadable submission as an empty notebook.

    nbgrader leaves such a submission without any grade, and its export then shows a plain 0. Here it goes on
    with the course's own cells, nothing is run, and both the gradebook and the student's feedback say why.
    """

    max_bytes = Integer(20_000_000, help="Largest notebook that is read, in bytes.").tag(config=True)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """As in nbconvert; a folder with links in it is not read at all."""
        resources = {} if resources is None else resources
        reason = strange(Path(filename).parent)
        if reason:
            resources[REASON] = reason[0].upper() + reason[1:] + "."
        return super().from_filename(filename, resources=resources, **kw)

    def from_file(  # type: ignore[override]  # nbconvert's own NotebookExporter returns text, too
        self, file_stream: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """As in nbconvert; never raises because of what the file holds."""
        resources = {} if resources is None else resources
        nb, reason = (_empty(), "") if resources.get(REASON) else self._read(file_stream)
        if reason:
            resources[REASON] = reason
        return self.from_notebook_node(nb, resources=resources, **kw)

    def _read(self, file_stream: Any) -> tuple[NotebookNode, str]:
        try:
            size = os.fstat(file_stream.fileno()).st_size
        except (AttributeError, OSError):
            size = 0
        if size > self.max_bytes:
            return _empty(), (
                f"The notebook is {size / 1e6:.0f} MB; at most {self.max_bytes / 1e6:.0f} MB are read. Clear its "
                "outputs (Edit, Clear Outputs of All Cells), save it and hand it in again."
            )
        try:
            nb = nbformat.read(file_stream, as_version=4)
            _, nb = nbformat.validator.normalize(nb)
            nbformat.validate(nb)
            json.dumps(nb, ensure_ascii=False).encode()  # half a character, which JSON can name, fits into no file
        except Exception as error:  # any: the file is a student's
            return _empty(), (
                f"The file is not a notebook that can be read ({_short(error)}). Open it in JupyterLab, save it "
                "and hand it in again."
            )
        return nb, ""


def too_much_code(nb: NotebookNode, most: int) -> str:
    """Why a notebook with more than ``most`` characters of code is not graded, or an empty string."""
    if sum(len(cell.source) for cell in nb.cells if cell.cell_type == "code") <= most:
        return ""
    return (
        f"The notebook holds more than {most / 1e6:g} MB of code. Put data that was pasted into it into a file beside "
        "the notebook and hand both in again."
    )


def _empty() -> NotebookNode:
    return new_notebook(metadata={"language_info": {"name": "python"}})


def _short(error: Exception) -> str:
    """The first line of an error, short enough for a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    line = lines[0].rstrip(":. ")
    return line if len(line) <= 120 else line[:117] + "…"
