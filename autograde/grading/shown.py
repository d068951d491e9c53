"""Which cells of a notebook only show something, so that grading can do without them."""

import ast
import re
import symtable
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

#: How the grade_id of a locked cell ends that only shows something: a picture, an animation, a few numbers.
ENDING = "-picture"

#: What stands in the feedback instead of the picture.
LEFT_OUT = "This cell only shows something, so it is not run when your work is graded.\n"


def pictures(cells: Sequence[NotebookNode]) -> set[int]:
    """Places of the locked cells whose grade_id ends with ``-picture`` and whose names no other cell uses.

    A cell that the student wrote may use what a picture's cell has defined: then that one must be run, too, and
    whatever it uses itself.
    """
    code = {place for place, cell in enumerate(cells) if cell.cell_type == "code"}
    left_out = {place for place in code if _only_shows(cells[place])}
    while True:
        used: set[str] = set().union(*(used_names(cells[place].source) for place in code - left_out))
        needed = {place for place in left_out if used & bound_names(cells[place].source)}
        if not needed:
            return left_out
        left_out -= needed


def used_names(source: str) -> set[str]:
    """Global names that the code reads; where it is not plain Python, all words in it."""
    try:
        scopes = list(_scopes(symtable.symtable(source, "cell", "exec")))
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"\w+", source))
    # What a symbol table calls assigned only: x += 1, del x.
    changed = {
        node.target.id for node in nodes if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    changed |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)}
    return changed | {
        name.get_name()
        for scope in scopes
        for name in scope.get_symbols()
        if name.is_referenced() and (scope.get_type() == "module" or name.is_global())
    }


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


def _only_shows(cell: NotebookNode) -> bool:
    if not is_locked(cell) or is_grade(cell) or is_solution(cell):
        return False
    return bool(cell.metadata["nbgrader"]["grade_id"].endswith(ENDING))


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for inner in table.get_children():
        yield from _scopes(inner)
