"""``demo``: a small ready-made class, from release to grades."""

import argparse
import shutil
import sys
from pathlib import Path
from time import monotonic

from autograde import engine
from autograde.cases.case import cases
from autograde.cases.submission import hand_in
from autograde.commands import jobs_option
from autograde.commands.grade import grade
from autograde.course import Course
from autograde.engine import relative
from autograde.errors import CourseError
from autograde.export import BY_HAND
from autograde.release import build
from autograde.table import export, rows, show

HELP = "take a small ready-made class from release to grades"
DESCRIPTION = """\
Take six ready-made submissions through release, autograding, feedback and export in a folder of its own, with a
gradebook of its own: the course's gradebook is neither read nor written. Takes less than a minute."""

ASSIGNMENT = "2-syncsgd"

#: Six students, and the case of the corpus that each of them hands in.
CLASS = {
    "ada": "right_solution",
    "bo": "right_einsum",
    "chen": "wrong_average_plain_mean",
    "dora": "wrong_gradient_sign",
    "eli": "broken_untouched",
    "fay": "hostile_os_exit",
}

MARK = "about-this-folder.txt"
_ABOUT = """\
A demonstration class made by: python -m autograde demo
It is made anew at every run; keep nothing of yours here.

  submitted/   what the six students handed in
  autograded/  the same notebooks, run and judged
  feedback/    the pages that students would get
  grades.csv   the grades
  gradebook.db nbgrader's gradebook: nbgrader formgrader and the nbgrader commands work in this folder
"""
_CONFIG = '''\
"""nbgrader's settings for this demonstration class."""

from pathlib import Path

from autograde.config import configure
from autograde.course import Course

c = configure(get_config(), Course(Path(__file__).resolve().parent, work=""))  # noqa: F821
c.LimitedExecute.sandbox = "auto"
'''


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the class; made anew")
    jobs_option(parser)


def run(args: argparse.Namespace) -> int:
    """Release, collect, grade, write feedback, export; show the table and where everything is."""
    start = monotonic()
    root = fresh(args.out)
    _step("release   making the student notebooks")
    course = Course.here()
    made = build.scratch(course, ASSIGNMENT, build.sources_of(course, ASSIGNMENT), root)
    _step(f"collect   {len(CLASS)} submissions")
    known = {case.name: case for case in cases(ASSIGNMENT)}
    for student, name in CLASS.items():
        folder = made.folder("submitted") / student / ASSIGNMENT
        hand_in(known[name], made.release / ASSIGNMENT, made.sources / ASSIGNMENT, folder, prose=True)
    _step("autograde")
    failed = grade(made, ASSIGNMENT, list(CLASS), args.jobs, engine.TRUSTED)
    _step("feedback and export")
    engine.expect(engine.generate_feedback(made, ASSIGNMENT), "nbgrader could not write the feedback")
    export(made, [ASSIGNMENT], root / "grades.csv")
    print()
    graded = rows(made, ASSIGNMENT)
    print(show(graded))
    print("\nWhat they handed in:")
    for student, name in CLASS.items():
        print(f"  {student:<4}  {known[name].title}")
    if any(row["status"] == BY_HAND for row in graded):
        points = _by_hand(made)
        print(
            f"\n{points:g} of the points are for the written answer, which a person marks (in formgrader): until then"
            f'\nit counts 0, and the status is "{BY_HAND}".'
        )
    print(f"\n  grades    {relative(root / 'grades.csv')}")
    print(f"  feedback  {relative(root / 'feedback')}{'/'}<student>/{ASSIGNMENT}/")
    print(f"  took      {monotonic() - start:.0f} s")
    return 1 if failed else 0


def _by_hand(course: Course) -> float:
    """Points of easy that only a person can give: those of graded cells that are answers themselves."""
    with engine.gradebook(course) as book:
        easy = book.find_notebook("easy", ASSIGNMENT)
        answers = {cell.name for cell in easy.solution_cells}
        return sum(float(cell.max_score) for cell in easy.grade_cells if cell.name in answers)


def fresh(folder: Path) -> Path:
    """The folder, empty but for what describes it. What an earlier demo left in it goes.

    Raises CourseError where it holds anything else.
    """
    folder = folder.expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; give --out a folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise CourseError(f"{folder} holds files that are not a demo's; give --out an empty or a new folder.")
    try:
        if folder.is_dir():
            for child in folder.iterdir():
                if child.name != MARK:
                    shutil.rmtree(child) if child.is_dir() and not child.is_symlink() else child.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text(_ABOUT, encoding="utf-8")
        (folder / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{folder} cannot be written ({error.strerror}); give --out another folder.") from error
    return folder


def _step(text: str) -> None:
    print(f"-- {text}", file=sys.stderr, flush=True)
