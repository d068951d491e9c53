"""Breaks every solution in small ways and asks the checks: a mutant that gets all points shows a hole, or is right.

    python tools/mutate.py                    all exercises; exit status 1 where a mutant survives without a reason
    python tools/mutate.py 3-optimizers       one assignment
    python tools/mutate.py --every 5          a fifth of the mutants, for a quick look
    python tools/mutate.py --write            print the survivors as lines for tools/mutants.toml

A mutant is the solution's cell with one change: another operator or comparison, another constant, a sign, a statement
or an argument left out, two arguments exchanged, another function of the same kind. `tools/mutants.toml` lists those
that may live, each with its reason: mostly they compute the same.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import sys
import tomllib
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import jupytext  # noqa: E402
import numpy as np  # noqa: E402

from sgdkit import checks  # noqa: E402
from sgdkit.checks import codec, collect  # noqa: E402
from sgdkit.checks.kernel import read_answer  # noqa: E402

ALLOWED = ROOT / "tools" / "mutants.toml"
ASSIGNMENTS = ("2-syncsgd", "3-optimizers")
SLOW = ("report",)  # trains the real network for every mutant
LIMIT = 8.0

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
}
FUNCTIONS = {
    "sum": "max",
    "max": "min",
    "tanh": "sin",
    "sqrt": "abs",
    "permutation": "choice",
    "array_split": "split",
    "zeros": "ones",
    "map": "imap",
}


@dataclass(frozen=True)
class Mutant:
    """One change. `what` says where and how: "gradient:5: h ** 2 -> h * 2"."""

    exercise: str
    what: str
    source: str


def mutations(tree: ast.Module) -> Iterator[tuple[ast.Module, ast.AST, str]]:
    """Every tree that differs from `tree` in one place: it, the place in `tree`, and what stands there now."""
    nodes = list(ast.walk(tree))
    for index, node in enumerate(nodes):
        for change in _changes(node):
            other = copy.deepcopy(tree)
            place = list(ast.walk(other))[index]
            new = change(place)
            if new is not place:
                other = _Replace(place, new).visit(other)
            yield ast.fix_missing_locations(other), node, ast.unparse(new) if new is not None else "nothing"


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().generic_visit(node)


def _changes(node: ast.AST) -> Iterator[Callable[[Any], Any]]:
    if isinstance(node, ast.BinOp):
        for kind in OPERATORS.get(type(node.op), ()):
            yield lambda n, kind=kind: ast.BinOp(n.left, kind(), n.right)
        yield lambda n: n.left
        yield lambda n: n.right
    elif isinstance(node, ast.Compare):
        for kind in OPERATORS.get(type(node.ops[0]), ()):
            yield lambda n, kind=kind: ast.Compare(n.left, [kind()], n.comparators)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda n: n.operand
    elif isinstance(node, ast.AugAssign):
        swapped = OPERATORS.get(type(node.op), (ast.Sub,))[0]
        yield lambda n: ast.AugAssign(n.target, swapped(), n.value)
        yield lambda n: ast.Pass()
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for value in (node.value + 1, node.value * 2 if node.value else -1):
            yield lambda n, value=value: ast.Constant(value)
    elif isinstance(node, (ast.Assign, ast.For, ast.Expr)) and not _docstring(node):
        yield lambda n: ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        yield lambda n: ast.Return(None)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in FUNCTIONS:
            yield lambda n: _renamed(n, FUNCTIONS[name])
        if len(node.args) == 2:
            yield lambda n: ast.Call(n.func, n.args[::-1], n.keywords)
        if len(node.args) > 1:
            yield lambda n: ast.Call(n.func, n.args[:-1], n.keywords)
        for i in range(len(node.keywords)):
            yield lambda n, i=i: ast.Call(n.func, n.args, n.keywords[:i] + n.keywords[i + 1 :])
        if len(node.args) == 1 and not node.keywords:
            yield lambda n: n.args[0]
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda n: n.value
    elif isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        yield lambda n: type(n)(n.elts[::-1], n.ctx)
        yield lambda n: type(n)(n.elts[:-1], n.ctx)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield lambda n: ast.comprehension(n.target, n.iter, [], n.is_async)


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _renamed(call: ast.Call, name: str) -> ast.Call:
    func = call.func
    new = ast.Attribute(func.value, name, func.ctx) if isinstance(func, ast.Attribute) else ast.Name(name, ast.Load())
    return ast.Call(new, call.args, call.keywords)


def cells(assignment: str, notebook: str) -> dict[str, str]:
    """The notebook's definitions by grade_id: solutions whole, of what is given only what solutions need."""
    found = {}
    for cell in jupytext.read(ROOT / "solutions" / assignment / f"{notebook}.py").cells:
        data = cell.metadata.get("nbgrader") or {}
        if cell.cell_type != "code" or data.get("grade") or data.get("grade_id") == "report":
            continue
        if data.get("solution"):
            found[data["grade_id"]] = cell.source
        elif data.get("grade_id") in ("setup", "parts"):
            keep = (ast.FunctionDef, ast.Import, ast.ImportFrom, ast.Assign)
            body = [
                n
                for n in ast.parse(cell.source).body
                if isinstance(n, keep) and "first_weights(1" not in ast.unparse(n)
            ]
            found[data["grade_id"]] = "\n".join(ast.unparse(n) for n in body if "rcParams" not in ast.unparse(n))
    return found


def mutants(assignment: str) -> list[Mutant]:
    """All mutants of an assignment, each with the exercise that must catch it; those of `train` go to all four."""
    found = []
    for notebook in sorted({e.id.split("/")[1] for e in checks.exercises(assignment)}):
        asked = [e for e in checks.exercises(assignment, notebook) if e.name not in SLOW]
        for name, source in cells(assignment, notebook).items():
            mine = [e for e in asked if e.name == name] or [e for e in asked if name in e.needs]
            if not mine:
                continue
            key = mine[0].id if len(mine) == 1 else f"{assignment}/{notebook}/{name}"
            for tree, node, new in mutations(ast.parse(source)):
                old = ast.unparse(node)
                what = f"{getattr(node, 'lineno', 0)}: {old.splitlines()[0]} -> {new.splitlines()[0] if new else new}"
                text = ast.unparse(tree)
                if text != ast.unparse(ast.parse(source)):
                    found.append(Mutant(key, what, text))
    return list({(m.exercise, m.source): m for m in found}.values())


def survives(mutant: Mutant) -> bool:
    """Whether the checks give a mutant all points, on the visible cases and on others."""
    assignment, notebook, name = mutant.exercise.split("/")
    parts = {**cells(assignment, notebook), name: mutant.source}
    every = [e for e in checks.exercises(assignment, notebook) if e.name not in SLOW]
    asked = [e for e in every if e.name == name] or [e for e in every if name in e.needs]
    before, module = sys.modules["__main__"], types.ModuleType("__main__")
    sys.modules["__main__"] = module  # as in a kernel, whose notebook is __main__
    try:
        for source in parts.values():
            exec(compile(source, "<solution>", "exec"), module.__dict__)
        return all(
            _passes(e, module.__dict__, rng) for e in asked for rng in (e.visible_rng(), np.random.default_rng(7))
        )
    except Exception:
        return False
    finally:
        sys.modules["__main__"] = before


def _passes(exercise: checks.Exercise, namespace: dict[str, Any], rng: np.random.Generator) -> bool:
    cases = exercise.cases(rng)
    program = [case.program(exercise.needs) for case in cases]
    program = [one | {"limit": min(one["limit"], LIMIT)} for one in program]
    answers = collect.collect(namespace, program, codec.encode, codec.decode)
    return exercise.judge(cases, [read_answer(answer) for answer in answers]).passed


def allowed() -> dict[tuple[str, str], str]:
    """(exercise, what) -> why this mutant may live."""
    data = tomllib.loads(ALLOWED.read_text(encoding="utf-8")) if ALLOWED.exists() else {}
    return {(exercise, what): why for exercise, reasons in data.items() for what, why in reasons.items()}


def examine(todo: list[Mutant], jobs: int) -> list[Mutant]:
    """The mutants that got all points."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return [mutant for mutant, alive in zip(todo, pool.map(survives, todo), strict=True) if alive]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignments", nargs="*", default=list(ASSIGNMENTS))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th mutant only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="print survivors without a reason as TOML")
    args = parser.parse_args()
    known, bad, total, spared = allowed(), [], 0, 0
    for assignment in args.assignments or ASSIGNMENTS:
        todo = mutants(assignment)[:: args.every]
        alive = examine(todo, args.jobs)
        bad += [mutant for mutant in alive if (mutant.exercise, mutant.what) not in known]
        spared += sum((mutant.exercise, mutant.what) in known for mutant in alive)
        total += len(todo)
    for mutant in bad:
        line = f'"{mutant.what}" = ""' if args.write else mutant.what
        print(f"[{mutant.exercise}] {line}")
    print(f"{total} mutants: {total - spared - len(bad)} found out, {spared} live for a reason, {len(bad)} survive")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
