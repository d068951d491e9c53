"""``export``: grades as CSV."""

import argparse
from pathlib import Path

from autograde import engine
from autograde.course import Course
from autograde.table import export, rows, show

HELP = "export the grades as CSV"
DESCRIPTION = """\
Write one row per student and assignment, as nbgrader export does with the course's plugin. Where easy and hard
are offered, the better of the two counts. A submission that could not be graded has an empty score, and its
status and reason say why."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="such as 2-syncsgd (default: all)")
    parser.add_argument("--to", type=Path, default=Path("grades.csv"), metavar="FILE", help="default: grades.csv")


def run(args: argparse.Namespace) -> int:
    """Write the file, show the table, say where the file is."""
    course = Course.here()
    names = [course.require(name) for name in args.assignments]
    export(course, names, args.to)
    print(show(rows(course, *names)))
    print(f"\n{engine.relative(args.to)}")
    return 0
