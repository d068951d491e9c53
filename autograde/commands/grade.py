"""``grade``: autograde what was handed in."""

import argparse
import sys
from time import monotonic
from types import TracebackType

from tqdm import tqdm
from traitlets.config import Config

from autograde import classroom, engine
from autograde.commands import jobs_option, tell_left_out
from autograde.course import Course
from autograde.engine import Outcome, relative, started
from autograde.errors import CourseError
from autograde.grading.sandbox import kernel_class
from autograde.reporting.page import duration
from autograde.table import rows, show

HELP = "autograde the submissions of an assignment"
DESCRIPTION = """\
Run every submission in autograde/submitted/<student>/<assignment>/ and judge it, as nbgrader autograde does,
several at a time. A submission that cannot be graded gets a reason and does not stop the others. The code runs
in a sandbox (bubblewrap, or Podman or Docker): no network, no sight of the gradebook, the solutions or another
submission.

What is recorded and has not changed is not graded again, so the same command also goes on after an interruption.
Late penalties, extensions and points that a person gave stay. docs/grading-a-class.md tells the rest."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as 2-syncsgd")
    parser.add_argument("--student", action="append", metavar="ID", help="grade this student only (may be repeated)")
    jobs_option(parser)
    parser.add_argument("--force", action="store_true", help="grade also what has not changed")
    parser.add_argument("--cluster", metavar="ADDRESS", help="on a Dask cluster, such as tcp://scheduler:8786")
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run the submitted code unprotected, as the user who grades"
    )


def run(args: argparse.Namespace) -> int:
    """Grade, showing progress, and end with the table of grades; 1 if a submission could not be graded."""
    course = Course.here()
    course.require(args.assignment)
    extra = Config({"LimitedExecute": {"sandbox": "none" if args.no_sandbox else "required"}})
    if not args.cluster:  # there, each host is asked whether it has one
        kernel_class(extra.LimitedExecute.sandbox)
    tell_left_out(course, [args.assignment])
    students = course.submissions(args.assignment)
    if not students:
        raise CourseError(
            f"There is nothing to grade: put submissions into {relative(course.folder('submitted'))}"
            f"/<student>/{args.assignment}/."
        )
    unknown = sorted(set(args.student or []) - set(students))
    if unknown:
        raise CourseError(f"{', '.join(unknown)} handed in nothing for {args.assignment}.")
    chosen = list(dict.fromkeys(args.student or students))
    failed = grade(course, args.assignment, chosen, args.jobs, extra, args.force, args.cluster)
    print()
    print(show(rows(course, args.assignment)))
    print(f"\nNext: {started()} feedback {args.assignment}, then {started()} export")
    return 1 if failed else 0


def grade(
    course: Course,
    assignment: str,
    students: list[str],
    jobs: int | None,
    extra: Config | None = None,
    force: bool = False,
    cluster: str | None = None,
) -> list[str]:
    """Grade these students, showing progress; those that could not be graded.

    A KeyboardInterrupt is passed on after a sentence about what is recorded and how to go on.
    """
    engine.ensure_assignment(course, assignment)
    with Progress(len(students)) as progress:
        outcomes = classroom.grade(course, assignment, students, jobs, extra, progress, force, cluster)
    return [student for student, outcome in outcomes.items() if not outcome.ok]


#: Seconds between two lines about how far it is, where there is no bar.
TOLD_EVERY = 30


class Progress:
    """What is seen of grading on stderr: a bar in a terminal; elsewhere a line for each submission, and now and then
    one with the rate and the remaining time; and a summary.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.graded = self.failed = self.unchanged = 0
        self._start = self._told = monotonic()
        self._bar = tqdm(total=number, unit="submission", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
        if kind is None:
            self._say(self.summary())
        elif kind is KeyboardInterrupt:
            self._say(f"Stopped. {self.summary()} All of that is recorded; the same command goes on with the rest.")

    def __call__(self, student: str, outcome: Outcome) -> None:
        """Note how one submission ended."""
        if outcome.unchanged:
            self.unchanged += 1
        elif outcome.ok:
            self.graded += 1
        else:
            self.failed += 1
        self._bar.set_postfix_str(f"{self.failed} failed" if self.failed else "", refresh=False)
        self._bar.update()
        if not outcome.unchanged and (self._bar.disable or not outcome.ok):
            state = f"done ({outcome.seconds:.1f} s)" if outcome.ok else f"NOT GRADED: {outcome.reason()}"
            self._say(f"[{self.ended}/{self.number}] {student}: {state}")
        if self._bar.disable and self.ended < self.number and monotonic() - self._told >= TOLD_EVERY:
            self._told = monotonic()
            self._say(self.so_far())

    @property
    def ended(self) -> int:
        """How many submissions are dealt with."""
        return self.graded + self.failed + self.unchanged

    def so_far(self) -> str:
        """Such as "-- 120 of 1000 after 5 min, 2 of them not graded: 24 a minute, about 37 min left"."""
        seconds = monotonic() - self._start
        not_graded = f", {self.failed} of them not graded" if self.failed else ""
        said = f"-- {self.ended} of {self.number} after {duration(seconds)}{not_graded}"
        worked = self.graded + self.failed  # passing over what is unchanged takes next to no time
        if not worked:
            return said
        left = (self.number - self.ended) * seconds / worked
        return f"{said}: {60 * worked / seconds:.0f} a minute, about {duration(left)} left"

    def summary(self) -> str:
        """Such as "8 graded in 12 s (40 a minute), 1 failed, unchanged: 3 (--force grades them again)."."""
        seconds = monotonic() - self._start
        said = [f"{self.graded} graded in {seconds:.0f} s"]
        if self.graded and seconds > 1:
            said[0] += f" ({60 * self.graded / seconds:.0f} a minute)"
        if self.failed:
            said.append(f"{self.failed} could not be graded")
        if self.unchanged:
            said.append(f"unchanged: {self.unchanged} (--force grades them again)")
        left = self.number - self.ended
        return ", ".join(said) + (f", {left} left." if left else ".")

    def _say(self, text: str) -> None:
        self._bar.write(text, file=sys.stderr)
        sys.stderr.flush()
