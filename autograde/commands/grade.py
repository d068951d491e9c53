"""``grade``: autograde what was handed in."""

import argparse
import os
import sys
from time import monotonic

from traitlets.config import Config

from autograde import classroom, engine
from autograde.course import Course
from autograde.engine import Outcome, relative, started
from autograde.errors import CourseError
from autograde.grading.sandbox import kernel_class
from autograde.table import rows, show

HELP = "autograde the submissions of an assignment"
DESCRIPTION = """\
Run every submission in autograde/submitted/<student>/<assignment>/ and judge it, as nbgrader autograde does,
several at a time. A submission that cannot be graded gets a reason and does not stop the others. The code runs
in a sandbox (bubblewrap): no network, no sight of the gradebook, the solutions or another submission."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as 2-syncsgd")
    parser.add_argument("--student", action="append", metavar="ID", help="grade this student only (may be repeated)")
    parser.add_argument("--jobs", type=int, metavar="N", help="submissions side by side (default: one per core)")
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run the submitted code unprotected, as yourself, on this machine"
    )


def run(args: argparse.Namespace) -> int:
    """Grade, showing progress, and end with the table of grades; 1 if a submission could not be graded."""
    course = Course.here()
    course.require(args.assignment)
    extra = Config({"LimitedExecute": {"sandbox": "none" if args.no_sandbox else "required"}})
    kernel_class(extra.LimitedExecute.sandbox)
    students = course.submissions(args.assignment)
    if not students:
        raise CourseError(
            f"There is nothing to grade: put submissions into {relative(course.folder('submitted'))}"
            f"/<student>/{args.assignment}/."
        )
    unknown = sorted(set(args.student or []) - set(students))
    if unknown:
        raise CourseError(f"{', '.join(unknown)} handed in nothing for {args.assignment}.")
    failed = grade(course, args.assignment, args.student or students, args.jobs, extra)
    print()
    print(show(rows(course, args.assignment)))
    print(f"\nNext: {started()} feedback {args.assignment}, then {started()} export")
    return 1 if failed else 0


def grade(
    course: Course, assignment: str, students: list[str], jobs: int | None, extra: Config | None = None
) -> list[str]:
    """Grade these students, with one line of progress for each; those that could not be graded."""
    engine.ensure_assignment(course, assignment)
    start = monotonic()
    done = 0
    # The first ones wait for processes to start, and several end at once: no guess before a few are done.
    few = max(3, jobs or os.cpu_count() or 1)

    def progress(student: str, outcome: Outcome) -> None:
        nonlocal done
        done += 1
        end = f"{monotonic() - start:.1f} s in all"
        if done < len(students):
            left = (monotonic() - start) / done * (len(students) - done)
            end = f"about {left:.0f} s left" if done >= few else ""
        state = "done" if outcome.ok else f"NOT GRADED: {outcome.reason()}"
        print(f"[{done}/{len(students)}] {student}: {state}{end and f' ({end})'}", file=sys.stderr, flush=True)

    outcomes = classroom.grade(course, assignment, students, jobs, extra, progress)
    return [student for student, outcome in outcomes.items() if not outcome.ok]
