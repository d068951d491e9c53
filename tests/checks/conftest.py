"""A student's namespace, filled with the solution and then with what a test puts over it."""

import functools
import sys
import textwrap
import types
from pathlib import Path

import jupytext
import numpy as np
import pytest

from sgdkit import checks
from sgdkit.checks import codec, collect
from sgdkit.checks.kernel import read_answer

SOLUTIONS = Path(__file__).parents[2] / "solutions" / "2-syncsgd"
WANTED = {"setup", "parts", "train", "predict", "loss", "gradient"} | {
    "split_batch",
    "worker_gradient",
    "average_gradients",
    "sync_sgd",
}


@functools.cache
def _solution(notebook: str):
    cells = jupytext.read(SOLUTIONS / f"{notebook}.py").cells
    sources = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in cells}
    sources["parts"] = sources.get("parts", "").split("\nw = ")[0]
    return "\n\n".join(source for name, source in sources.items() if name in WANTED)


@pytest.fixture
def student(monkeypatch):
    """student("easy", source): the solution's names, and over them those of `source`, in a __main__ as a kernel has."""

    def make(notebook: str, source: str = "", solved: bool = True) -> dict:
        main = types.ModuleType("__main__")
        monkeypatch.setitem(sys.modules, "__main__", main)
        namespace = main.__dict__
        namespace["np"] = np
        if solved:
            exec(compile(_solution(notebook), "solution", "exec"), namespace)
        exec(compile(textwrap.dedent(source), "student", "exec"), namespace)
        return namespace

    return make


@pytest.fixture
def judged():
    """judged(id, namespace, seed): the verdict on a namespace; on the visible cases where no seed is given."""

    def judge(exercise_id: str, namespace: dict, seed: int | None = None) -> checks.Verdict:
        exercise = checks.get(exercise_id)
        rng = exercise.visible_rng() if seed is None else np.random.default_rng(seed)
        cases = exercise.cases(rng)
        program = [case.program(exercise.needs) for case in cases]
        answers = collect.collect(namespace, program, codec.encode, codec.decode)
        return exercise.judge(cases, [read_answer(answer) for answer in answers])

    return judge
