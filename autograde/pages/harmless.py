"""Makes a graded notebook harmless, whatever shows it later."""

import base64
import binascii
import html
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from traitlets import Bool

from autograde.grading import notes
from autograde.pages import prose
from autograde.pages.clean import PICTURES

#: What is kept of a notebook's metadata: the course's kernel and the grader's notes.
KEPT = ("kernelspec", notes.KEY)
#: The text/plain of what only has another form.
_OBJECT = "<IPython.core.display."


class Harmless(Preprocessor):
    """Leaves of a notebook what is text or a picture.

    In grading it runs last, so that what lies in ``autograded`` is harmless for any tool; before a page is made it
    runs once more, for what was graded otherwise. Doing it twice changes nothing.
    """

    enabled = Bool(True, help="Whether submissions are made harmless.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        kept = {name: nb.metadata[name] for name in KEPT if name in nb.metadata}
        nb.metadata = NotebookNode(kept, language_info=NotebookNode(name="python", pygments_lexer="ipython3"))
        for position, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.outputs = [kept for kept in map(_output, cell.outputs) if kept.get("data", True)]
                continue
            if cell.cell_type != "markdown":
                nb.cells[position] = cell = new_markdown_cell(prose.quoted(cell.source), metadata=cell.metadata)
            _markdown(cell)
        return nb, resources


class PlainNames(Preprocessor):
    """Students' names are text, too: formgrader's page writes them as they are."""

    enabled = Bool(True, help="Whether names are escaped.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        for name in ("student", "first_name", "last_name", "notebook_path"):
            if resources.get(name):
                resources[name] = html.escape(resources[name])
        return nb, resources


def _markdown(cell: NotebookNode) -> None:
    attachments = cell.pop("attachments", {})
    kept = {name: pictures for name, files in attachments.items() if (pictures := _pictures(files))}
    if not prose.harmless(cell.source, kept):
        cell.source = prose.quoted(cell.source)
    elif kept:
        cell.attachments = NotebookNode(kept)


def _output(output: NotebookNode) -> NotebookNode:
    """Text and pictures of an output; what it says about their size is a student's word and goes."""
    if "data" not in output:
        return output
    text = _text(output.data)
    output.data = NotebookNode(_pictures(output.data), **{"text/plain": text} if text else {})
    output.metadata = NotebookNode()
    return output


def _pictures(files: dict[str, Any]) -> dict[str, str]:
    return {kind: files[kind] for kind in PICTURES if kind in files and _base64(files[kind])}


def _base64(data: Any) -> bool:
    try:
        return bool(base64.b64decode("".join(data.split()), validate=True))
    except (AttributeError, ValueError, binascii.Error):
        return False


def _text(data: dict[str, Any]) -> str:
    """The text of an output, of whichever form it has one."""
    plain = str(data.get("text/plain", ""))
    if plain and not plain.startswith(_OBJECT):
        return plain
    for kind in ("text/markdown", "text/latex"):
        if kind in data:
            return str(data[kind])
    if "text/html" in data:
        return BeautifulSoup(str(data["text/html"]), "html.parser").get_text(" ", strip=True) or plain
    return plain
