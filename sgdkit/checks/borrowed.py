"""Whether an answer uses the kit's own version of what the student was asked to write.

Read off the submission's text, outside the student's process: nothing in a notebook can change what is found. From
the names that an exercise asks for, every definition that they lead to is followed; what else the notebook does with
the kit (comparing with it in a cell of its own) is nobody's business. A name made up while the code runs cannot be
read off; against that the kit's versions refuse to work during a check (`probes/own_work.py`).
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence

from .exercise import Exercise
from .registry import exercises

# Elsewhere the same things are to be had ready-made, and the checks hold the references.
ELSEWHERE = ("torch", "tensorflow", "keras", "jax", "optax", "sgdkit.checks")
ALLOWED = (
    "sgdkit.checks.check",
    "sgdkit.checks.once_written",
    "sgdkit.optimizers.Optimizer",
    "sgdkit.optimizers.base",
)

#: Parts of a name that are read, such as three in a.b.c: no name of a library has more.
PARTS = 20


def borrowed(sources: Sequence[str], exercise: Exercise) -> str:
    """What the answer borrows, as a full name such as "sgdkit.optimizers.Momentum", or "".

    sources: the texts of all code cells, in order.
    """
    if not exercise.own_work:
        return ""
    statements = [node for source in sources for node in statements_of(source)]
    bound: dict[str, list[ast.stmt]] = {}
    for node in statements:
        for name in set(_binds(node)):
            bound.setdefault(name, []).append(node)
    imports = {name: full for node in statements for name, full in imports_in(node)}
    forbidden = (*exercise.own_work, *ELSEWHERE)
    # The notebook's other pieces are other exercises' matter: borrowing one of them costs its own points only.
    others = {name for other in exercises(*exercise.notebook.split("/", 1)) for name in other.needs}
    waiting, seen, used = list(exercise.needs), set(exercise.needs) | others, set()
    while waiting:
        for node in bound.get(waiting.pop(), []):
            if id(node) in used:
                continue
            used.add(id(node))
            inside = ChainMap(dict(pair for part in ast.walk(node) for pair in imports_in(part)), imports)
            for full in _mentioned(node, inside):
                if _within(full, forbidden) and not _within(full, ALLOWED):
                    return full
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and part.id not in seen:
                    seen.add(part.id)
                    waiting.append(part.id)
    return ""


def _within(full: str, names: Sequence[str]) -> bool:
    return any(full == name or full.startswith(name + ".") for name in names)


def statements_of(source: str) -> list[ast.stmt]:
    """The cell's statements; none where it is no Python. Lines of IPython's own (%magic, !shell) are passed over.

    Those in a `with` block are statements by themselves: the notebook's own cells put what needs the student's code
    into `with once_written(...)`, and a name that one line there binds has nothing to do with the next line.
    """
    text = "\n".join("pass" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        return [part for statement in ast.parse(text).body for part in _opened(statement)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _opened(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A `with` without its block, then the block's statements; anything else as it is."""
    if not isinstance(statement, ast.With):
        yield statement
        return
    yield ast.With(statement.items, [])
    for inner in statement.body:
        yield from _opened(inner)


def _binds(node: ast.stmt) -> Iterator[str]:
    """Names that a statement gives a value, or in whose value it changes something."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name
        elif isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            base = part.value
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id
            elif isinstance(base, ast.Call) and isinstance(part, ast.Subscript):  # globals()["Momentum"] = …
                if isinstance(part.slice, ast.Constant) and isinstance(part.slice.value, str):
                    yield part.slice.value
        elif isinstance(part, ast.Call) and called(part) == "setattr" and part.args:
            if isinstance(part.args[0], ast.Name):
                yield part.args[0].id
    for name, _ in imports_in(node):
        yield name


def imports_in(node: ast.AST) -> Iterator[tuple[str, str]]:
    """(name in the notebook, full name) of an import."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _mentioned(node: ast.stmt, imports: Mapping[str, str]) -> Iterator[str]:
    """Full names of everything imported that a statement uses, names handed to an import as text included."""
    inner: set[int] = set()  # parts of calls that were looked at: those may be nested
    for part in ast.walk(node):
        yield from (full for _, full in imports_in(part))
        if isinstance(part, (ast.Name, ast.Attribute, ast.Call)):
            full = full_name(part, imports)
            if full:
                yield full
        if not isinstance(part, ast.Call) or id(part) in inner:
            continue
        if called(part) in ("import_module", "__import__", "find_spec", "exec", "eval"):
            for text in ast.walk(part):
                inner.add(id(text))
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield from _in_text(text.value)


def _in_text(text: str) -> Iterator[str]:
    """Full names in a text that is imported or executed."""
    inner = [part for statement in statements_of(text) for part in ast.walk(statement)]
    for part in inner:
        yield from (full for _, full in imports_in(part))
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        full = full_name(part, {"sgdkit": "sgdkit"})
        if full:
            yield full


def full_name(node: ast.AST, imports: Mapping[str, str], parts: int = PARTS) -> str:
    """The full name that `a.b.c`, `getattr(a.b, "c")` or `import_module("a.b").c` stands for, or "".

    One with more than `parts` parts stands for nothing.
    """
    if not parts:
        return ""
    if isinstance(node, ast.Name):
        return imports.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = full_name(node.value, imports, parts - 1)
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, ast.Call) and node.args:
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if called(node) == "getattr" and len(node.args) > 1 and texts:
            base = full_name(node.args[0], imports, parts - 1)
            return f"{base}.{texts[0]}" if base else ""
        if called(node) in ("import_module", "__import__") and texts:
            return texts[0]
    return ""


def called(node: ast.Call) -> str:
    """The last part of the name of what is called: "b" in a.b()."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
