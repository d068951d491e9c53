"""otter-grader on the kit's notebooks: its `otter run`, once for each notebook handed in, without a container.

What otter tests is what nbgrader's stock configuration tests: the visible checks, as one of otter's tests each. The
notebooks are those handed in without their own check cells, so that nothing is computed twice.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat

from sgdkit import checks

from .driver import ROOT

TEST = """OK_FORMAT = True

test = {{
    "name": {name!r},
    "points": {points},
    "suites": [{{"cases": [{{"code": {code!r}, "hidden": False, "locked": False}}], "type": "doctest"}}],
}}
"""
CODE = """\
>>> import contextlib, io
>>> with contextlib.redirect_stdout(io.StringIO()):
...     points = check({id!r})
>>> float(points)
{points}"""


def missing() -> str | None:
    """Why otter is left out, or None."""
    return None if importlib.util.find_spec("otter") else "otter is left out: otter-grader is not installed."


def autograders(assignment: str, notebooks: list[str], folder: Path) -> dict[str, Path]:
    """Notebook -> the zip file that `otter generate` makes of its tests."""
    made = {}
    for notebook in notebooks:
        tests = folder / notebook / "tests"
        tests.mkdir(parents=True)
        for exercise in checks.exercises(assignment, notebook):
            code = CODE.format(id=exercise.id, points=float(exercise.points))
            text = TEST.format(name=exercise.name, points=exercise.points, code=code)
            (tests / f"{exercise.name}.py").write_text(text)
        made[notebook] = folder / f"{notebook}.zip"
        _otter(["generate", "-t", "tests", "-o", str(made[notebook])], folder / notebook)
    return made


def run(assignment: str, submitted: Path, made: dict[str, Path], folder: Path) -> float:
    """Seconds that otter takes for all notebooks below `submitted`, a folder a student."""
    files = []
    for student in sorted(submitted.iterdir()):
        for given in sorted((student / assignment).glob("*.ipynb")):
            file = folder / student.name / given.name
            file.parent.mkdir(parents=True, exist_ok=True)
            nb = nbformat.read(given, as_version=4)
            nb.cells = [cell for cell in nb.cells if not cell.source.startswith("check(")]
            nbformat.write(nb, file)
            files.append(file)
    begin = time.perf_counter()
    for file in files:
        _otter(["run", "--no-logo", "-a", str(made[file.stem]), "-o", str(file.parent), str(file)], file.parent)
        (file.parent / "results.json").rename(file.with_suffix(".json"))
    return time.perf_counter() - begin


def points(folder: Path, student: str, notebook: str) -> dict[str, float]:
    """What otter gave for each exercise, after `run`."""
    results = json.loads((folder / student / f"{notebook}.json").read_text())
    return {test["name"]: float(test["score"]) for test in results["tests"] if "score" in test}


def _otter(arguments: list[str], folder: Path) -> None:
    command = [sys.executable, "-m", "otter", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
