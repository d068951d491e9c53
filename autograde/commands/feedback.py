"""``feedback``: pages that students read."""

import argparse
from pathlib import Path

from autograde import engine
from autograde.commands import tell_left_out
from autograde.course import Course
from autograde.errors import CourseError
from autograde.export import AGAIN
from autograde.table import rows

HELP = "write the feedback pages of an assignment"
DESCRIPTION = """\
Write one HTML page per graded notebook into autograde/feedback/<student>/<assignment>/, as nbgrader
generate_feedback does: the notebook with points, the judge's messages and the comments made in formgrader."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as 2-syncsgd")


def run(args: argparse.Namespace) -> int:
    """Write the pages and say where they are."""
    course = Course.here()
    course.require(args.assignment)
    tell_left_out(course, [args.assignment])
    if not any(course.folder("autograded").glob(f"*/{args.assignment}/*.ipynb")):
        raise CourseError(f"Nothing is graded yet: {engine.started()} grade {args.assignment}")
    outcome = engine.generate_feedback(course, args.assignment)
    engine.expect(outcome, "nbgrader could not write all feedback")
    pages = current(course, args.assignment)
    have = {page.parent.parent.name for page in pages}
    everybody = rows(course, args.assignment)
    print(f"{_pages(len(pages))} for {len(have)} of {len(have | {row['student_id'] for row in everybody})} students in")
    print(f"  {engine.relative(course.folder('feedback'))}")
    for row in everybody:
        if row["student_id"] not in have:
            print(f"No page for {row['student_id']}, {row['status']}: {row['reason']}")
        elif AGAIN in row["reason"]:
            print(f"The page for {row['student_id']} is about an earlier submission: {row['reason']}")
    return 0


def current(course: Course, assignment: str) -> list[Path]:
    """The pages of graded notebooks. One that an earlier submission left, when the next could not be graded, goes."""
    found = []
    for page in sorted(course.folder("feedback").glob(f"*/{assignment}/*.html")):
        graded = course.folder("autograded") / page.parent.parent.name / assignment
        if (graded / f"{page.stem}.ipynb").exists():
            found.append(page)
        elif not (graded / page.name).exists():  # else it is a file of the student's
            page.unlink()
    return found


def _pages(number: int) -> str:
    return "1 page" if number == 1 else f"{number} pages"
