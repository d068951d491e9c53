"""The honest part of a corpus in a kernel that is used again: the same driver and the same judge, without nbgrader.

A case is cheap so: no conversion, no gradebook, no kernel of its own, and only the exercises that it is about. What a
hostile or broken submission does needs all of that, so such cases are `exam`'s.
"""

from __future__ import annotations

import queue
import secrets
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from autograde.cases.case import Case
from autograde.cases.exam import NEEDS_TRAINING, Result, compare, lean
from autograde.cases.submission import submission
from autograde.grading import judging
from autograde.release.source import Source
from sgdkit import checks

SECONDS = 120
SEED = 20260101


def possible(case: Case) -> bool:
    """Whether a case can be examined here."""
    return case.kind in ("right", "wrong") and case.fill == "solution" and not case.edit and not case.status


def examine(sources: list[Source], cases: list[Case]) -> list[Result]:
    """One result for every case, in order. Each notebook of the assignment has one kernel."""
    solved = {source.name: source.notebook for source in lean(sources)}
    groups = {name: [case for case in cases if case.notebook == name] for name in solved}
    found = {result.case.name: result for name in groups for result in _group(solved[name], groups[name])}
    return [found[case.name] for case in cases]


def _group(solved: NotebookNode, cases: list[Case]) -> list[Result]:
    if not cases:
        return []
    with tempfile.TemporaryDirectory(prefix="quick-", ignore_cleanup_errors=True) as folder:
        return _in_kernel(solved, cases, str(Path(folder) / "kernel.json"))


def _in_kernel(solved: NotebookNode, cases: list[Case], connection_file: str) -> list[Result]:
    manager = KernelManager(kernel_name="python3", transport="ipc", connection_file=connection_file)
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SECONDS)
        return [_one(client, solved, case) for case in cases]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def about(case: Case) -> set[str]:
    """The exercises that a case says something of: those it names, or writes the cell of; for train, all."""
    names = {name for name in (*case.says, *case.points) if name != "*"} | {one.name for one in case.written}
    known = {exercise.name for exercise in checks.exercises(case.assignment, case.notebook)}
    return (names & known or known) - set(NEEDS_TRAINING)


def _one(client: BlockingKernelClient, solved: NotebookNode, case: Case) -> Result:
    result, wanted = Result(case), about(case)
    nb = submission(case, solved, solved)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in code]
    run(client, "get_ipython().reset(new_session=False)")
    for cell in code:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if not name.startswith(judging.CHECK):
            run(client, cell.source)
            continue
        exercise = judging.exercise_of(case.assignment, case.notebook, name)
        if exercise is None or exercise.name not in wanted:
            continue
        asked = exercise.cases(np.random.default_rng(SEED))
        nonce = secrets.token_hex(16)
        outputs = run(client, checks.driver(exercise, asked, nonce))
        judged = judging.judge(exercise, asked, outputs, nonce)
        message, points, misconception = judged.text, judged.points, judged.misconception
        taken = checks.borrowed(sources, exercise)
        if taken:
            message, points, misconception = f"uses {taken}: write this one yourself", 0.0, "borrowed"
        result.points[exercise.name] = points, exercise.points
        if misconception:
            result.misconceptions[exercise.name] = misconception
        compare(result, exercise.name, message)
    return result


def run(client: BlockingKernelClient, source: str) -> list[Any]:
    """The outputs of a cell. Raises TimeoutError where it takes too long."""
    outputs: list[Any] = []

    def keep(message: Any) -> None:
        if message["msg_type"] in ("display_data", "execute_result", "stream", "error"):
            outputs.append(output_from_msg(message))

    try:
        client.execute_interactive(source, output_hook=keep, timeout=SECONDS, allow_stdin=False)
    except queue.Empty:
        raise TimeoutError(f"a cell took more than {SECONDS} s: {source[:80]!r}") from None
    return outputs
