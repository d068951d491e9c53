"""What grading writes under a graded cell, in the one form that nbgrader scores as meant.

nbgrader gives 0 to an error output or anything on stderr, takes a number as last expression for the points,
and gives *full marks* to anything else, no output, a negative number and NaN included. So a cell gets either a
text and a finite number between 0 and its points, or nothing at all before the number is known.
"""

import math

from nbformat import NotebookNode
from nbformat.v4 import new_output


def write(cell: NotebookNode, points: float, text: str) -> None:
    """Give the cell ``points`` (kept between 0 and its maximum) and show ``text`` above them."""
    most = float(cell.metadata["nbgrader"]["points"])
    points = min(max(float(points), 0.0), most) if math.isfinite(points) else 0.0
    cell.outputs = [
        new_output("stream", name="stdout", text=text.rstrip() + "\n"),
        new_output("execute_result", data={"text/plain": repr(points)}, execution_count=None),
    ]
    cell.execution_count = None


def not_judged(cell: NotebookNode, reason: str) -> None:
    """Give the cell 0 points and say why it could not be judged."""
    write(cell, 0.0, f"Not judged, 0 points: {reason}")
