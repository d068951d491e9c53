"""``release``: make the student notebooks and prove them."""

import argparse
import sys
import tempfile
from pathlib import Path

from autograde.commands import jobs_option
from autograde.course import Course
from autograde.engine import relative, started
from autograde.release import build, leaks
from autograde.release.prove import prove

HELP = "make the student notebooks from solutions/ and prove them"
DESCRIPTION = """\
Make notebooks/<assignment>/ from the text notebooks in solutions/<assignment>/ through nbgrader, and prove it:
the solution gets every point and the untouched release none, from the judge and from plain nbgrader, and no
solution, hidden test or marking scheme is left anywhere in it. The assignment is also recorded in the
gradebook, so that submissions can be graded. Without a name, all assignments are made."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="such as 2-syncsgd (default: all)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit with 1 and a list where notebooks/ is not what the sources give",
    )
    parser.add_argument("--no-proof", action="store_true", help="do not grade the solution and the untouched release")
    jobs_option(parser, "kernels")


def run(args: argparse.Namespace) -> int:
    """Release, or check, the named assignments; 1 if anything is wrong with one of them."""
    course = Course.here()
    names = [course.require(name) for name in args.assignments] or course.assignments()
    failed = [name for name in names if not _one(course, name, args)]
    if failed and args.check:
        print(f"To make them again: {started()} release {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _one(course: Course, assignment: str, args: argparse.Namespace) -> bool:
    sources = build.sources_of(course, assignment)
    with tempfile.TemporaryDirectory(prefix="release-", ignore_cleanup_errors=True) as folder:
        made = build.scratch(course, assignment, sources, Path(folder).resolve())
        found = [leak for source in sources for leak in leaks.leaks(source, made.release / assignment)]
        if found:
            return _tell(f"{assignment}: the release would give solutions away:", found)
        committed = course.release / assignment
        if args.check:
            different = build.differences(committed, made.release / assignment)
            if different:
                return _tell(f"{assignment}: {relative(committed)} is not what solutions/ gives:", different)
            print(f"{assignment}: {relative(committed)} is up to date, and shows no solution.")
            return True
        if not args.no_proof:
            print(f"{assignment}: grading the solution and the untouched release …", flush=True)
            wrong = prove(made, assignment, args.jobs)
            if wrong:
                return _tell(f"{assignment}: not released, because", wrong)
        changed = build.publish(made.release / assignment, committed)
    build.record(course, assignment, sources)
    what = f"{len(changed)} file(s) written" if changed else "nothing had to change"
    proof = "not proven" if args.no_proof else "solution full marks, untouched 0, no leak"
    print(f"{assignment}: {relative(committed)}: {what} ({proof}).")
    return True


def _tell(headline: str, lines: list[str]) -> bool:
    print(headline, file=sys.stderr)
    for line in lines:
        print(f"  {line}", file=sys.stderr)
    return False
