"""Imports run one way: autograde → sgdkit; look → sync → engines → models; checks → models."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.repository.tracked import ROOT, tracked_files

# Part of sgdkit -> parts that it must not import, because they stand above or beside it.
ABOVE = {
    "types": {
        "models",
        "optimizers",
        "data",
        "timeline",
        "pool",
        "engines",
        "sync",
        "run",
        "checks",
        "look",
        "cli",
    },
    "models": {"optimizers", "pool", "engines", "sync", "run", "checks", "look", "cli"},
    "optimizers": {"pool", "engines", "sync", "run", "checks", "look", "cli"},
    "data": {"models", "pool", "engines", "sync", "run", "checks", "look", "cli"},
    "timeline": {"models", "pool", "engines", "sync", "run", "checks", "look", "cli"},
    "pool": {"models", "engines", "sync", "run", "checks", "look", "cli"},
    "engines": {"sync", "run", "checks", "look", "cli"},
    "run": {"sync", "checks", "look", "cli"},
    "sync": {"checks", "look", "cli"},
    "checks": {"engines", "look", "cli"},
    "look": {"cli"},
}
DRAWING = {"matplotlib", "ipywidgets", "mpl_toolkits"}


def imported(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Absolute dotted names of all that a module imports, at its top or inside functions.

    package: the dotted parts of the package that the module is in, for relative imports.
    `from a.b import c` gives "a.b.c", since c may be a module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def imports_of(file: Path) -> set[str]:
    """Absolute dotted names imported by a file of the repository."""
    return set(imported((ROOT / file).read_text(encoding="utf-8"), file.parent.parts))


SGDKIT = [file for file in tracked_files() if file.parts[0] == "sgdkit" and file.suffix == ".py"]


def part(file: Path) -> str:
    """Which part of sgdkit a file belongs to: "models" for sgdkit/models/ann.py."""
    return file.parts[1].removesuffix(".py")


def test_every_kind_of_import_is_seen():
    source = "import a.b\nfrom . import c\nfrom .d import e\nfrom ..f import g\ndef h():\n    from i import j\n"
    assert set(imported(source, ("x", "y"))) == {"a.b", "x.y.c", "x.y.d.e", "x.f.g", "i.j"}


def wrong_imports(is_wrong: Callable[[Path, str], bool]) -> list[str]:
    """Every "file imports name" in sgdkit of which is_wrong(file, name) says so."""
    return [f"{file} imports {name}" for file in SGDKIT for name in imports_of(file) if is_wrong(file, name)]


def test_sgdkit_does_not_know_autograde():
    assert wrong_imports(lambda file, name: name.split(".")[0] in {"autograde", "nbgrader"}) == []


def test_nothing_imports_what_stands_above_it():
    def stands_above(file: Path, name: str) -> bool:
        package, _, inner = name.partition(".")
        return package == "sgdkit" and inner.split(".")[0] in ABOVE.get(part(file), ())

    assert wrong_imports(stands_above) == []


def test_only_look_draws():
    def draws(file: Path, name: str) -> bool:
        return part(file) != "look" and name.split(".")[0] in DRAWING

    assert wrong_imports(draws) == []


def test_every_part_named_here_is_there():
    parts = {part(file) for file in SGDKIT}
    assert set(ABOVE) - parts == set()
