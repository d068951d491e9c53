"""What docs/adding-a-layer.md shows works as it stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import sgdkit.models
from sgdkit.models import Elementwise

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-layer.md"
MODELS = Path(sgdkit.models.__file__).parent


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_page_runs_from_top_to_bottom():
    names: dict[str, object] = {}
    assert len(blocks()) >= 4
    for block in blocks():
        exec(compile(block, str(PAGE), "exec"), names)
    assert issubclass(names["Softplus"], Elementwise)


def test_the_pages_own_check_notices_a_wrong_slope():
    names: dict[str, object] = {}
    source = "\n".join(blocks()[:2]).replace("np.subtract(1, np.exp(-y), out=out)", "np.exp(-y, out=out)")
    with pytest.raises(AssertionError):
        exec(compile(source, str(PAGE), "exec"), names)


def test_the_packages_docstring_shows_a_working_layer():
    example = re.search(r"( {4}class Softplus.*?)\ndocs/", sgdkit.models.__doc__, flags=re.DOTALL).group(1)
    names = {**vars(sgdkit.models), "np": np}
    exec(compile("if True:\n" + example, "docstring", "exec"), names)
    network = names["network"]
    assert network.gradient(network.init(0), np.ones((2, 784)), np.ones((2, 10))).shape == (network.size,)


def test_models_know_nothing_of_processes_and_pictures():
    allowed = {"__future__", "collections", "contextlib", "functools", "math", "numpy", "threading", "typing"}
    allowed |= {"sgdkit", "threadpoolctl", "os", "types"}  # os: only to begin anew after a fork
    for path in MODELS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                modules = [node.module]
            for module in modules:
                assert module.split(".")[0] in allowed, f"{path.name} imports {module}"
                assert not module.startswith("sgdkit") or module.startswith(("sgdkit.models", "sgdkit.types"))
