"""``report``: what a class understood, on one page."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from tqdm import tqdm

from autograde import engine
from autograde.commands import tell_left_out
from autograde.course import Course
from autograde.errors import CourseError
from autograde.reporting import figures, page, similar

HELP = "write a page and a table about how the class did"
DESCRIPTION = """\
Write one HTML page that needs nothing else, and a CSV file: scores, how many solved each exercise, the commonest
misconceptions, the submissions that need a person, and pairs of submissions with similar code (a hint and never a
verdict). The page names students; no text of theirs can run in it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as 2-syncsgd")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="default: autograde/reports")
    parser.add_argument("--similar", type=int, default=80, metavar="PERCENT", help="list pairs from here (default: 80)")
    parser.add_argument("--no-similar", action="store_true", help="do not compare submissions with each other")


def run(args: argparse.Namespace) -> int:
    """Write both files and say where they are."""
    course = Course.here()
    course.require(args.assignment)
    tell_left_out(course, [args.assignment])
    if not any(course.folder("autograded").glob(f"*/{args.assignment}/*.ipynb")):
        raise CourseError(f"Nothing is graded yet: {engine.started()} grade {args.assignment}")
    if not 0 < args.similar <= 100:
        raise CourseError(f"--similar is a percentage from 1 to 100, not {args.similar}.")
    made = report(course, args.assignment, args.to or course.folder("reports"), args.similar, not args.no_similar)
    for file in made:
        print(engine.relative(file))
    return 0


def report(course: Course, assignment: str, folder: Path, percent: int = 80, pairs: bool = True) -> tuple[Path, Path]:
    """The page and the table of an assignment, made in ``folder``."""
    found = figures.gather(course, assignment)
    students = [student.id for student in found.students]
    notebooks = sorted({file.stem for file in (course.release / assignment).glob("*.ipynb")})
    compared = []
    for name in notebooks if pairs else []:
        shown = tqdm(students, f"comparing {name}", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
        compared.append(similar.compare(course, assignment, name, shown, percent / 100))
    made = f"{datetime.now():%Y-%m-%d %H:%M}"
    return page.write(folder, assignment, found, compared, made)
