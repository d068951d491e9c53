"""The commands of ``python -m autograde``, one file each.

A command's module has ``HELP`` (one line), ``DESCRIPTION``, ``arguments(parser)`` and ``run(args) -> exit
status``; its file name is its name.
"""

import argparse
import errno
import importlib
import logging
import sqlite3
import sys
import warnings
from collections.abc import Iterable, Sequence

from sqlalchemy.exc import DatabaseError

from autograde.course import Course
from autograde.errors import CourseError

NAMES = ("release", "collect", "grade", "feedback", "report", "export", "examine", "demo")

#: How a system says that a disk, or a user's part of it, is full. Windows knows no quota of this name.
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

_DESCRIPTION = """\
Release assignments, collect and grade a class, report on it and export its grades. Every command is a thin layer on
nbgrader, whose own commands (nbgrader autograde, nbgrader generate_feedback, …, and formgrader) work on the same
course."""

_EPILOG = """\
usual order:
  python -m autograde release          make and prove the student notebooks
  python -m autograde collect 2-syncsgd submissions.zip --roster roster.csv
  python -m autograde grade 2-syncsgd
  python -m autograde feedback 2-syncsgd
  python -m autograde report 2-syncsgd
  python -m autograde export

see it all work on a ready-made class:
  python -m autograde demo --out demo"""


def parser() -> argparse.ArgumentParser:
    """The command line with all its commands."""
    raw = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser("python -m autograde", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=raw)
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    for name in NAMES:
        module = importlib.import_module(f"autograde.commands.{name}")
        sub = commands.add_parser(name, help=module.HELP, description=module.DESCRIPTION, formatter_class=raw)
        module.arguments(sub)
        sub.set_defaults(run=module.run)
    return top


def jobs_option(parser: argparse.ArgumentParser, what: str = "submissions") -> None:
    """The option --jobs of commands that do several things side by side."""
    parser.add_argument("--jobs", type=positive, metavar="N", help=f"{what} side by side (default: one per core)")


def tell_left_out(course: Course, assignments: Iterable[str]) -> None:
    """Name on stderr the submissions' folders that stand for no student."""
    for name in assignments:
        for sentence in course.left_out(name):
            print(sentence, file=sys.stderr)


def positive(text: str) -> int:
    """A whole number from 1 on, as an option of a command. Raises ArgumentTypeError for anything else."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} cannot be: give a whole number from 1 on")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. An instructor's mistake is told in one sentence."""
    args = parser().parse_args(argv)
    quiet()
    try:
        return int(args.run(args))
    except CourseError as error:
        print(f"autograde {args.command}: {error}", file=sys.stderr)
        return 1
    except (DatabaseError, sqlite3.DatabaseError) as error:
        why = getattr(error, "orig", None) or error
        print(
            f"autograde {args.command}: the gradebook cannot be used ({why}): wait if something else is using it; if "
            "it is damaged, put a copy of gradebook.db that is whole in its place.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        if error.errno not in FULL:
            raise
        where = f" where {error.filename} is to be written" if error.filename else ""
        print(f"autograde {args.command}: the disk is full{where}: make room and do it again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nautograde {args.command}: stopped; what was done so far is kept.", file=sys.stderr)
        return 130


def quiet() -> None:
    """Keep the warnings of libraries about themselves away from people."""
    warnings.filterwarnings("ignore")
    logging.getLogger("traitlets").setLevel(logging.ERROR)
