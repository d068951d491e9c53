"""A grader to be killed: ``grader.py SECONDS [docker]`` runs daemons that sleep so long, and a loop without end."""

import sys

import nbformat

from autograde.grading import session
from autograde.grading.containers import DockerKernel

CODE = """
import os, subprocess
from ipykernel import get_connection_file
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            subprocess.run(["sleep", SECONDS])
        os._exit(0)
open(os.path.join(os.path.dirname(get_connection_file()), "ready"), "w").close()
while True: pass
"""


class Grader(session.LimitedExecute):
    def run_cells(self):
        self._run(self.nb.cells[0], 0, 1000)


if sys.argv[2:] == ["docker"]:
    session.kernel_class = lambda way: DockerKernel
cell = nbformat.v4.new_code_cell(f"SECONDS = {sys.argv[1]!r}\n{CODE}")
grader = Grader()
grader.prepare(nbformat.v4.new_notebook(cells=[cell]), {"metadata": {"path": "nothing"}})
grader.in_kernel()
