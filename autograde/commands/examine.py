"""``examine``: the grader's own exam."""

import argparse
import sys
import tempfile
from pathlib import Path
from time import monotonic

from traitlets.config import Config

from autograde.cases import case, confusion, exam, quick
from autograde.commands import jobs_option
from autograde.course import Course
from autograde.errors import CourseError
from autograde.release import build

HELP = "grade the grader: every case of the corpus, and a table of what came out"
DESCRIPTION = """\
Grade every imagined submission of autograde/corpus/ and compare with what it must get. Ends with a table: answers
that are right or wrong against accepted or rejected, and whether known mistakes were named rightly. It must be
perfect; if it is not, the exit status is 1 and every difference is listed."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="such as 2-syncsgd (default: all)")
    parser.add_argument(
        "--quick", action="store_true", help="honest cases in one kernel, without nbgrader; leaves out tricks"
    )
    jobs_option(parser, "kernels")


def run(args: argparse.Namespace) -> int:
    """Examine, show the table; 1 if it is not perfect."""
    names = args.assignments or sorted(folder.name for folder in case.FOLDER.iterdir() if folder.is_dir())
    results: list[exam.Result] = []
    start = monotonic()
    for name in names:
        cases = case.cases(name)
        print(f"-- {name}: {len(cases)} cases", file=sys.stderr, flush=True)
        results += graded(name, cases, args.quick, args.jobs)
    if not results:
        raise CourseError("There is no corpus to examine.")
    table = confusion.confusion(results)
    print(confusion.show(table))
    print(f"-- {monotonic() - start:.0f} s", file=sys.stderr)
    return 0 if table.perfect else 1


def graded(assignment: str, cases: list[case.Case], fast: bool = False, jobs: int | None = None) -> list[exam.Result]:
    """One result for each of these cases; with ``fast`` for each that is honest."""
    course = Course.here()
    sources = build.sources_of(course, assignment)
    if fast:
        return quick.examine(sources, [one for one in cases if quick.possible(one)])
    settings = Config()
    settings.Execute.timeout = 20
    with tempfile.TemporaryDirectory(prefix="exam-", ignore_cleanup_errors=True) as folder:
        made = build.scratch(course, assignment, exam.lean(sources), Path(folder).resolve())
        return exam.examine(made, assignment, cases, jobs, settings)
