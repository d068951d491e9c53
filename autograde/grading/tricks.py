"""What in a submission an instructor should look at: code and marks that can only serve to mislead a grader.

None of them gains anything, because points come from answers that are judged elsewhere. A sentence is no verdict:
there may be an honest reason, and a person decides. Read off the text, before the course's cells are put back.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from sgdkit.checks.borrowed import called, full_name, imports_in, statements_of

HOOKS = {"ast_transformers", "input_transformers_cleanup", "input_transformers_post"}
EVENTS = {"pre_run_cell", "post_run_cell", "pre_execute", "post_execute"}
FRAMES = {"settrace", "setprofile", "_getframe", "currentframe", "f_back", "f_locals", "f_globals", "tb_frame"}
FRAMES |= {"get_objects", "get_referrers", "_current_frames", "addaudithook"}
ENDS = {"_exit", "abort", "kill"}
DISGUISES = {"__eq__", "__array__", "__array_ufunc__", "__array_function__", "__array_interface__"}
#: Of sgdkit.checks, what the notebooks themselves use.
GIVEN = {"sgdkit.checks.check", "sgdkit.checks.once_written"}
PATCHED = ("numpy", "sgdkit", "builtins", "IPython", "nbgrader")


def look(nb: NotebookNode) -> list[str]:
    """One sentence for each kind of thing found, with the number of the code cell where it is first."""
    found: dict[str, int] = {}
    imports: dict[str, str] = {"__builtins__": "builtins"}
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    for position, cell in enumerate(code, start=1):
        if "skip-execution" in (cell.metadata.get("tags") or []):
            found.setdefault("is tagged to be skipped", position)
        for statement in statements_of(cell.source if isinstance(cell.source, str) else ""):
            for part in ast.walk(statement):
                imports.update(imports_in(part))
                for what in _tricks(part, imports):
                    found.setdefault(what, position)
    return [f"code cell {position} {what}: please look at it" for what, position in found.items()]


def claimed(nb: NotebookNode) -> dict[str, float]:
    """The points that the submitted notebook shows under its checks, by grade_id."""
    shown = {}
    for cell in nb.cells:
        data = cell.metadata.get("nbgrader")
        name = data.get("grade_id") if isinstance(data, dict) else None
        if cell.cell_type != "code" or not isinstance(name, str) or not name.startswith("check-"):
            continue
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain") if output.get("output_type") == "execute_result" else None
            try:
                shown[name] = float(text)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                continue
    return shown


def _tricks(node: ast.AST, imports: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and node.attr in HOOKS:
        yield "changes how later cells are read"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value in EVENTS:
            yield "hooks into the running of later cells"
        if "vnd.sgdkit.answers" in node.value:
            yield "sends answers of its own to the grader"
    if (isinstance(node, ast.Attribute) and node.attr in FRAMES) or (isinstance(node, ast.Name) and node.id in FRAMES):
        yield "looks into other code while that runs"
    if isinstance(node, ast.Call) and (called(node) in ENDS | {"exit", "quit"} and not node.keywords):
        yield "ends processes"
    if isinstance(node, ast.Name) and node.id == "SystemExit":
        yield "ends processes"
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in ("check", "CheckFailed"):
        yield "defines `check` anew"
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in ("check", "CheckFailed"):
        yield "defines `check` anew"
    if isinstance(node, ast.FunctionDef) and node.name in DISGUISES:
        yield f"defines {node.name}, which can make a value look like another"
    patched = _patched(node, imports)
    if patched:
        yield f"changes {patched} for everybody"
    full = full_name(node, imports)
    if full.startswith("sgdkit.checks.") and full not in GIVEN:
        yield "reaches into the checks"
    if full in ("inspect.getsource", "inspect.getsourcelines", "inspect.stack", "gc.get_objects"):
        yield "looks into other code while that runs"


def _patched(node: ast.AST, imports: dict[str, str]) -> str:
    """The library in which something is set: numpy.testing.assert_allclose = …, setattr(builtins, …)."""
    full = ""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
        full = full_name(node, imports)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
        full = full_name(node.value, imports)
    elif isinstance(node, ast.Call) and called(node) in ("setattr", "delattr") and node.args:
        full = full_name(node.args[0], imports)
    return full.split(".")[0] if full.split(".")[0] in PATCHED else ""
