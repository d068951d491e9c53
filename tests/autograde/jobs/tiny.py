"""A class small enough to be graded in seconds: a notebook with two tests and a question, and one that nobody needs."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from autograde import engine
from autograde.course import Course

ASSIGNMENT = "0-tiny"
#: As in any test of our own code: a sandbox where there is one.
EXTRA = Config({"LimitedExecute": {"sandbox": "auto"}, "Execute": {"timeout": 30}})


def _cell(name, source, markdown=False, **kind):
    data = {"grade_id": name, "schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    make = new_markdown_cell if markdown else new_code_cell
    return make(source, id=name, metadata={"nbgrader": data | kind})


def sources():
    """The instructor's notebooks: sum has 2 points for a test, 1 in parts, 3 by hand; more has 1 by hand."""
    cells = [
        _cell("add", "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION", solution=True),
        _cell("test-add", "assert add(2, 3) == 5", grade=True, locked=True, points=2.0),
        _cell("test-part", "1.0 if add(1, 1) == 2 else 0.5", grade=True, locked=True, points=1.0),
        _cell("why", "Why?", markdown=True, grade=True, solution=True, points=3.0),
    ]
    more = [_cell("words", "Else?", markdown=True, grade=True, solution=True, points=1.0)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return {"sum": new_notebook(cells=cells, metadata=kernel), "more": new_notebook(cells=more, metadata=kernel)}


def make(folder):
    """The course with its release made and nothing handed in."""
    course = Course(folder, work="")
    into = course.sources / ASSIGNMENT
    into.mkdir(parents=True)
    for name, nb in sources().items():
        nbformat.write(nb, into / f"{name}.ipynb")
    (into / "data.csv").write_text("1,2\n")
    engine.expect(engine.generate_assignment(course, ASSIGNMENT), "the tiny release was not made")
    return course


def hand_in(course, student, body="    return a + b", why="Why?", time=None, extra=()):
    """A submission whose function has this body."""
    nb = nbformat.read(course.release / ASSIGNMENT / "sum.ipynb", as_version=4)
    nb.cells[0].source = f"def add(a, b):\n{body}"
    nb.cells[3].source = why
    folder = course.folder("submitted") / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, folder / "sum.ipynb")
    if time:
        (folder / "timestamp.txt").write_text(time)
    for name, content in dict(extra).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def contents(course):
    """The gradebook by value, sorted; nothing of it is a random id."""
    with engine.gradebook(course) as book:
        found = []
        for submission in book.assignment_submissions(ASSIGNMENT):
            who = submission.student.id
            found.append((who, str(submission.timestamp), str(submission.extension), submission.score))
            for notebook in submission.notebooks:
                line = (notebook.late_submission_penalty, notebook.score, notebook.needs_manual_grade, notebook.flagged)
                found.append((who, notebook.name, *line))
                found += [
                    (who, "grade", g.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade)
                    for g in notebook.grades
                ]
                found += [(who, "comment", c.name, c.auto_comment, c.manual_comment) for c in notebook.comments]
        return sorted(found, key=repr)


def graded(course):
    """The autograded files: path -> (content, permissions)."""
    root = course.folder("autograded")
    files = (file for file in root.rglob("*") if file.is_file())
    return {file.relative_to(root).as_posix(): (file.read_bytes(), oct(file.stat().st_mode)) for file in files}
