"""``collect``: what students handed in, from where they handed it in."""

import argparse
import shutil
import sys
from pathlib import Path

from autograde import engine
from autograde.collecting import collect, place, roster
from autograde.course import Course

HELP = "take in submissions from Canvas, Moodle, Gradescope or folders"
DESCRIPTION = """\
Put what students handed in into autograde/submitted/<student>/<assignment>/. SOURCE is the folder or zip file that
Canvas ("Download Submissions"), Moodle ("Download all submissions") or Gradescope ("Export Submissions") gives
out, or one with a folder or a zip file for each student; which it is is recognised. With --roster, a CSV file of the
class (Canvas's gradebook export and Moodle's grading worksheet will do), everybody gets one id and their name.
Collecting again takes in only what is new. A submission that cannot be read gets one line and stops no other."""

_CALLED = {
    "canvas": "Canvas's submissions",
    "moodle": "Moodle's submissions",
    "gradescope": "Gradescope's export",
    "folders": "A folder or zip file for each student",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as 2-syncsgd")
    parser.add_argument("source", type=Path, metavar="SOURCE", help="folder or zip file")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="the class: ids, names, e-mail addresses, LMS ids")
    parser.add_argument("--format", choices=collect.KINDS, default="", help="what SOURCE is (default: recognised)")


def run(args: argparse.Namespace) -> int:
    """Collect, and tell what an instructor should know; 1 if a submission was not matched or has no notebook."""
    course = Course.here()
    course.require(args.assignment)
    people = roster.read(args.roster) if args.roster else None
    shown = sys.stderr.isatty()

    def progress(number: int, of: int) -> None:
        if shown:
            print(f"\r{number} of {of}", end="\n" if number == of else "", file=sys.stderr, flush=True)

    done = collect.collect(course, args.assignment, args.source, people, args.format, progress=progress)
    if people:
        remember(course, args.roster)
    print(f"{_CALLED[done.kind]}: {_many(done.submissions, 'submission')}.")
    if people:
        for line in people.troubles:
            print(f"  roster: {line}")
    for who, what in done.lines:
        print(f"  {who}: {what}")
    print(_summary(course, done))
    if done.unmatched:
        print(f"\nNot matched, {len(done.unmatched)}:")
        for who, what in done.unmatched:
            print(f"  {who}: {what}")
    if done.absent:
        names = ", ".join(person.id for person in done.absent[:20])
        print(f"\nIn the roster, but nothing handed in, {len(done.absent)}: {names}{', …' * (len(done.absent) > 20)}")
    if done.outcomes:
        print(f"\nNext: {engine.started()} grade {args.assignment}")
    return 1 if done.unmatched or done.without_notebook else 0


def remember(course: Course, file: Path) -> None:
    """Keep the roster for ``export``."""
    kept = remembered(course)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if file.resolve() != kept.resolve():
        shutil.copyfile(file, kept)


def remembered(course: Course) -> Path:
    """The roster that was last collected with."""
    return course.folder("intake") / "roster.csv"


def _summary(course: Course, done: collect.Collected) -> str:
    count = {kind: list(done.outcomes.values()).count(kind) for kind in set(done.outcomes.values())}
    told = [
        f"{count[kind]} {words}"
        for kind, words in (
            (place.NEW, "new"),
            (place.CHANGED, "handed in again"),
            (place.UNCHANGED, "unchanged"),
            (place.OLDER, "older than what is there"),
        )
        if kind in count
    ]
    late = f"; {done.late} marked late by the platform" if done.late else ""
    where = engine.relative(course.folder("submitted"))
    return f"{_many(len(done.outcomes), 'student')} in {where}: {', '.join(told) or 'nothing'}{late}."


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
