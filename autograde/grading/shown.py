"""Which cells of a notebook only show something, so that grading can do without them."""

import ast
import base64
import binascii
import re
import symtable
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

#: How the grade_id of a locked cell ends that only shows something: a picture, an animation, a few numbers.
ENDING = "-picture"

#: What stands in the feedback instead of the picture, or above the one that was handed in.
LEFT_OUT = "This cell only shows something, so it is not run when your work is graded.\n"
AS_HANDED_IN = "What is below was handed in with the notebook; it was not drawn again.\n"

#: Pictures that are kept of one handed-in cell, bytes of each, and characters of all in one notebook.
MOST, LARGEST, TOGETHER = 2, 400_000, 3_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


def pictures(cells: Sequence[NotebookNode]) -> set[int]:
    """Places of the locked cells whose grade_id ends with ``-picture`` and whose names no other cell uses.

    A cell that the student wrote may use what a picture's cell has defined: then that one must be run, too, and
    whatever it uses itself.
    """
    code = {place for place, cell in enumerate(cells) if cell.cell_type == "code"}
    left_out = {place for place in code if only_shows(cells[place].metadata.get("nbgrader", {}))}
    while True:
        used: set[str] = set().union(*(used_names(cells[place].source) for place in code - left_out))
        needed = {place for place in left_out if used & bound_names(cells[place].source)}
        if not needed:
            return left_out
        left_out -= needed


def used_names(source: str) -> set[str]:
    """Global names that the code reads, as far as its text says; where that is not plain Python, all words in it.

    A text that is a name may be one (``globals()["steps"]``), a text that is executed has several, and with
    ``__main__`` any attribute may be the notebook's.
    """
    words = set(re.findall(r"\w+", source))
    if "__main__" in words:
        return words
    try:
        scopes = list(_scopes(symtable.symtable(source, "cell", "exec")))
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return words
    used = {
        name.get_name()
        for scope in scopes
        for name in scope.get_symbols()
        # A class reads a name that it gives a value later on from outside.
        if name.is_referenced() and (scope.get_type() in ("module", "class") or name.is_global())
    }
    for node in nodes:
        # What a symbol table calls assigned only: x += 1, del x.
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            used.add(node.target.id)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            used.add(node.id)
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    used.update(text for text in texts if text.isidentifier())
    if words & {"eval", "exec"}:
        used.update(word for text in texts for word in re.findall(r"\w+", text))
    return used


def bound_names(source: str) -> set[str]:
    """Global names that the code defines; where it is not plain Python, all words in it."""
    try:
        scopes = list(_scopes(symtable.symtable(source, "cell", "exec")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"\w+", source))
    return {
        name.get_name()
        for scope in scopes
        for name in scope.get_symbols()
        if (name.is_assigned() or name.is_imported()) and (scope.get_type() == "module" or name.is_declared_global())
    }


def only_shows(given: Mapping[str, Any]) -> bool:
    """Whether the course's cell with this metadata of nbgrader's may be left out."""
    scored = any(given.get(kind) for kind in ("grade", "solution", "task"))
    return bool(given.get("locked") and not scored and given["grade_id"].endswith(ENDING))


def drawn(cell: NotebookNode) -> list[str]:
    """The first PNG pictures among the outputs that a cell was handed in with, in base64."""
    found: list[str] = []
    for output in cell.get("outputs", []):
        text = output.get("data", {}).get("image/png")
        if len(found) < MOST and isinstance(text, str) and len(text) < 2 * LARGEST:
            text = "".join(text.split())
            if _png(text):
                found.append(text)
    return found


def leave_out(cell: NotebookNode, pictures: Sequence[str]) -> None:
    """Say under the cell that it is not run, and show the pictures that were handed in with it."""
    said = LEFT_OUT + (AS_HANDED_IN if pictures else "")
    cell.outputs = [new_output("stream", name="stdout", text=said)]
    cell.outputs += [new_output("display_data", data={"image/png": picture}) for picture in pictures]


def _png(text: str) -> bool:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return False
    return data.startswith(_PNG) and len(data) <= LARGEST


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for inner in table.get_children():
        yield from _scopes(inner)
