"""``export``: grades as CSV, for people or for a learning platform."""

import argparse
from pathlib import Path

from autograde import engine, lms
from autograde.collecting import roster as rosters
from autograde.collecting.safe import shown
from autograde.commands import tell_left_out
from autograde.commands.collect import remembered
from autograde.course import Course
from autograde.table import export, rows, show

HELP = "export the grades as CSV, also for Canvas and Moodle"
DESCRIPTION = """\
Write one row per student and assignment, as nbgrader export does with the course's plugin. Where easy and hard
are offered, the better of the two counts. A submission that could not be graded has an empty score, and its
status and reason say why.

With --for canvas or --for moodle write the file that these import instead, with the ids of the roster (default: the
one that collect was given). A submission without a grade is an empty cell there, never a 0, and is listed here, as
is every grade that the grader noted something about, such as code that had to be stopped."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="such as 2-syncsgd (default: all)")
    parser.add_argument("--to", type=Path, metavar="FILE", help="default: grades.csv, or grades-canvas.csv, …")
    platform = parser.add_argument_group("for a learning platform")
    platform.add_argument("--for", dest="platform", choices=lms.PLATFORMS, help="whose import the file is for")
    platform.add_argument(
        "--roster", type=Path, metavar="CSV", help="Canvas's gradebook export, Moodle's grading worksheet, or your own"
    )
    platform.add_argument("--column", default="", metavar="TITLE", help='the assignment there, such as "SGD (90210)"')
    platform.add_argument(
        "--out-of", type=float, default=0.0, metavar="N", help="points that the platform gives for it"
    )
    platform.add_argument("--final-only", action="store_true", help="no grade while written answers are not marked")
    platform.add_argument("--missing-zero", action="store_true", help="0 for who handed in nothing (default: empty)")


def run(args: argparse.Namespace) -> int:
    """Write the file, show the table, say where the file is."""
    course = Course.here()
    names = [course.require(name) for name in args.assignments]
    tell_left_out(course, names or course.assignments())
    if args.platform:
        return _for_platform(course, names, args)
    target = args.to or Path("grades.csv")
    export(course, names, target)
    print(show(rows(course, *names)))
    print(f"\n{engine.relative(target)}")
    return 0


def _for_platform(course: Course, names: list[str], args: argparse.Namespace) -> int:
    target = args.to or Path(f"grades-{args.platform}.csv")
    file = args.roster or (remembered(course) if remembered(course).exists() else None)
    roster = rosters.read(file) if file else None
    table = [row for row in rows(course, *names)]
    handed_in = {row["assignment"] for row in table if row["status"] != "not submitted"}
    if not names:  # an assignment that nobody has seen yet is no column of zeros
        table = [row for row in table if row["assignment"] in handed_in]
    wish = lms.Wish(max(args.out_of, 0.0), args.column, args.final_only, args.missing_zero)
    made = lms.sheet(args.platform, table, roster, wish)
    made.write(target)
    if not roster:
        print(
            "No roster was given: the file has this course's ids and names, which the platform may not know (--roster)."
        )
    for note in made.notes:
        print(note)
    _list("No grade, and so an empty cell", made.blank)
    _list("To be looked at, whatever the grade is", made.noted)
    kept = "left empty" if args.final_only else "the grade is without them (--final-only leaves it out)"
    _list(f"Written answers not marked yet, {kept}", made.provisional)
    _list(f"Nothing handed in, {'0' if args.missing_zero else 'an empty cell'}", [(who, "") for who in made.missing])
    _list("Not in the roster, and so not in the file", [(who, "") for who in made.unknown])
    graded = len(made.lines) - (args.platform == "canvas")
    print(f"\n{engine.relative(target)}: {graded} students, for {_WHERE[args.platform]}")
    return 1 if made.unknown else 0


_WHERE = {
    "canvas": "Canvas: Grades, Import. It shows what will change before it does.",
    "moodle": "Moodle: Upload grading worksheet in the assignment, or Grades, Import, CSV file.",
}


def _list(what: str, who: list[tuple[str, str]]) -> None:
    if not who:
        return
    print(f"\n{what}, {len(who)}:")
    for student, why in who:
        print(f"  {student}{f': {shown(why, 200)}' if why else ''}")
