"""What grading has to say about a whole notebook, kept in the autograded notebook's metadata.

The export and the class report read it there; it is written by the grader only (``restore`` removes whatever
a student put in its place).
"""

from typing import Any

from nbformat import NotebookNode

KEY = "sgdkit"


def of(nb: NotebookNode) -> dict[str, Any]:
    """The notes of this notebook: ``unreadable`` and ``unjudged`` (a sentence or absent: then its score is none, and
    not 0, until a person decides), ``problems`` (list of sentences),
    ``verdicts`` (exercise id -> dict of points, max_points, passed, misconception and message); until the notebook is
    graded also ``claimed`` (points that it shows) and ``pictures`` (as handed in), both by grade_id.
    """
    notes = nb.metadata.setdefault(KEY, NotebookNode())
    notes.setdefault("problems", [])
    notes.setdefault("verdicts", NotebookNode())
    return notes


def reset(nb: NotebookNode) -> None:
    """Forget what the submission claims about itself."""
    nb.metadata.pop(KEY, None)
    of(nb)


def problem(nb: NotebookNode, sentence: str) -> None:
    """Tell the instructor something about this notebook, once."""
    problems = of(nb)["problems"]
    if sentence not in problems:
        problems.append(sentence)
