import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from autograde.grading.session import LimitedExecute


class Runner(LimitedExecute):
    """Runs every code cell, whatever became of those before, and keeps what went wrong."""

    def run_cells(self):
        self.troubles = []
        self.place = self._workplace
        for index, cell in enumerate(self.nb.cells):
            self.first = self.km.provisioner.pid if self.km else None
            self.troubles.append(self._over or self._run(cell, index, self.max_output))
            if not self.troubles[-1]:
                self._ran.append(cell.source)
            if not self._alive() and not self._over:
                self._revive()


@dataclass
class Ran:
    """What a notebook of these cells did: outputs of each as text, what went wrong in each, why it ended early."""

    texts: list
    troubles: list
    over: str
    runner: Runner


@pytest.fixture
def run(tmp_path):
    """Run cells in one kernel in the sandbox, with limits of one's own; without nbgrader."""

    def _run(*sources, folder=None, timeout=20, more=None, course=None, **limits):
        config = Config({"Limits": limits, "LimitedExecute": {"timeout": timeout} | (more or {})})
        if course:
            config.CourseDirectory.root = str(course)
        runner = Runner(config=config)
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        runner.prepare(nb, {"metadata": {"path": str(folder or tmp_path / "nothing handed in")}})
        runner.troubles = []
        runner.in_kernel()
        return Ran([text(cell) for cell in nb.cells], runner.troubles, runner._over, runner)

    return _run


def text(cell):
    """All that a cell shows."""
    shown = []
    for output in cell.outputs:
        kind = output.output_type
        shown.append(output.text if kind == "stream" else f"{output.ename}: {output.evalue}" if kind == "error" else "")
    return "".join(shown)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for a kernel's sockets below it, as not every tmp_path is."""
    with tempfile.TemporaryDirectory(prefix="k", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
