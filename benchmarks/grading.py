"""Grading a class: `python -m autograde grade` against `nbgrader autograde` and `otter run`, on the same submissions.

Eight submissions of 2-syncsgd, whole notebooks with their training, some right and some wrong. nbgrader runs in its
stock configuration, one process, no sandbox: its cells run the visible checks. otter runs them too, see `otter.py`. The
kit runs each notebook in a sandbox, judges it outside on hidden cases, and grades as many at a time as there are cores;
it leaves out the course's own cells that only draw (see docs/grading-a-class.md), which the others run.
The commands take turns; start-up counts. Then what the single writer alone can take in, and how fast a class is passed
over that has not changed: the same results under many names.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograde import classroom, engine
from autograde.cases import case, exam
from autograde.cases.submission import hand_in
from autograde.course import Course
from autograde.jobs import job
from autograde.release import build
from sgdkit.look import style

from . import otter
from .driver import ROOT
from .measurement import Data, Options, say
from .table import Table

ASSIGNMENT = "2-syncsgd"
CLASS = (
    "right_solution",
    "wrong_average_plain_mean",
    "right_einsum",
    "wrong_gradient_sign",
    "right_hard_solution",
    "wrong_loss_no_half",
    "right_sync_imap",
    "broken_untouched",
)
OURS, STOCK, OTTER = "sgdkit, sandbox and judge", "nbgrader autograde, stock", "otter run"
STOCK_CONFIG = """\
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.py"]
c.Execute.timeout = 120
"""
GRADE = """
import sys
from pathlib import Path
from autograde.commands.grade import grade
from autograde.course import Course
from autograde.engine import TRUSTED

if __name__ == "__main__":
    sys.exit(1 if grade(Course(Path(sys.argv[1]), work=""), "2-syncsgd", sys.argv[2:], None, TRUSTED) else 0)
"""


def measure(options: Options) -> Data:
    """Seconds of both commands, round after round; then the writer and the unchanged class."""
    names = options.some(CLASS, CLASS[:2])
    rounds = min(options.rounds, 3)
    seconds: dict[str, list[float]] = {OURS: [], STOCK: []}
    left_out = otter.missing()
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as scratch:
        folder = Path(scratch)
        made = _class(folder / "given", names, lean=options.quick)
        for number in range(rounds):
            for label, command in ((OURS, ours), (STOCK, stock)):
                say(f"grading: round {number + 1} of {rounds}, {label}")
                seconds[label].append(command(_copy(made, folder / f"{number}{label}"), names))
        if left_out is None:
            say("grading: otter, once")  # it takes long, and is not what a goal is measured by
            tests = otter.autograders(ASSIGNMENT, ["easy", "hard"], folder / "tests")
            seconds[OTTER] = [otter.run(ASSIGNMENT, made.folder("submitted"), tests, folder / "otter")]
        say("grading: many unchanged submissions")
        graded = Course(folder / f"0{OURS}", work="")
        many = _many(graded, list(names), options.some(400, 4))
    found: Data = {"submissions": len(names), "cores": os.cpu_count(), "seconds": seconds, "left_out": left_out}
    return found | many


def ours(course: Course, names: tuple[str, ...]) -> float:
    """Seconds that the kit's command takes."""
    script = course.root / "grade.py"
    script.write_text(GRADE)
    return _timed([sys.executable, str(script), str(course.root), *names], course.root)


def stock(course: Course, names: tuple[str, ...]) -> float:
    """Seconds that nbgrader's own command takes."""
    (course.root / "nbgrader_config.py").write_text(STOCK_CONFIG)
    return _timed([sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT], course.root)


def _timed(command: list[str], folder: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return seconds


def _class(folder: Path, names: tuple[str, ...], lean: bool) -> Course:
    sources = build.sources_of(Course.here(), ASSIGNMENT)
    course = build.scratch(Course.here(), ASSIGNMENT, exam.lean(sources) if lean else sources, folder)
    known = {one.name: one for one in case.cases(ASSIGNMENT)}
    for name in names:
        to = course.folder("submitted") / name / ASSIGNMENT
        hand_in(known[name], course.release / ASSIGNMENT, course.sources / ASSIGNMENT, to)
    return course


def _copy(course: Course, folder: Path) -> Course:
    shutil.copytree(course.root, folder)
    return Course(folder, work="")


def _many(course: Course, names: list[str], number: int) -> dict[str, float]:
    """Record ``number`` submissions whose results are known already, and pass over them: how many a second."""
    students = [f"student{n:04}" for n in range(number)]
    results, sizes = {}, []
    for n, student in enumerate(students):
        name = names[n % len(names)]
        shutil.copytree(course.folder("submitted") / name, course.folder("submitted") / student)
        results[student] = _result(course, name) if n < len(names) else results[students[n % len(names)]]

    def known(work: Iterator[tuple[str, bytes]], *_: Any) -> Iterator[tuple[str, bytes]]:
        for student, message in work:
            sizes.append(len(message))
            yield student, results[student]

    run, classroom._run = classroom._run, known  # type: ignore[assignment]
    try:
        begin = time.perf_counter()
        classroom.grade(course, ASSIGNMENT, students, extra=engine.TRUSTED)
        recorded = time.perf_counter() - begin
    finally:
        classroom._run = run
    begin = time.perf_counter()
    outcomes = classroom.grade(course, ASSIGNMENT, students, extra=engine.TRUSTED)
    passed = time.perf_counter() - begin
    if not all(outcome.unchanged for outcome in outcomes.values()):
        raise RuntimeError("submissions that were recorded count as changed")
    return {
        "many": number,
        "recorded": number / recorded,
        "unchanged": number / passed,
        "job": statistics.mean(sizes) / 1e3,
        "result": statistics.mean(map(len, results.values())) / 1e3,
    }


def _result(course: Course, student: str) -> bytes:
    """What the job of a graded submission returned."""
    folder = course.folder("autograded") / student / ASSIGNMENT
    files: dict[str, bytes | int] = {file.name: file.read_bytes() for file in folder.glob("*.ipynb")}
    with engine.gradebook(course) as book:
        notebooks = {
            one.name: job.Scored(
                f"{one.name}.ipynb" in files,
                {grade.name: grade.auto_score for grade in one.grades},
                {comment.name: comment.auto_comment for comment in one.comments},
            )
            for one in book.find_submission(ASSIGNMENT, student).notebooks
        }
    return job.Graded(engine.Outcome(True, ""), notebooks, files).to_bytes()


def a_minute(data: Data, label: str) -> float:
    """Submissions a minute, of the median round."""
    return float(60 * data["submissions"] / statistics.median(data["seconds"][label]))


def times(data: Data, label: str = OURS) -> float:
    """How many times as fast as nbgrader: the median of the rounds' ratios."""
    pairs = zip(data["seconds"][label], data["seconds"][STOCK], strict=False)  # otter has one round
    return float(statistics.median(other / mine for mine, other in pairs))


def tables(data: Data) -> list[Table]:
    """A minute's submissions, and the writer's figures."""
    title = f"Grading {data['submissions']} submissions of {ASSIGNMENT} on {data['cores']} cores."
    table = Table("grading", title, ["", "seconds", "a minute", "times nbgrader"])
    for label, rounds in data["seconds"].items():
        table.rows.append([label, statistics.median(rounds), a_minute(data, label), times(data, label)])
    writer = Table("grading_writer", f"One writer and {data['many']} submissions.", ["", "measured", "goal"])
    writer.rows += [
        ["results recorded (a second)", data["recorded"], None],
        ["unchanged submissions passed over (a second)", data["unchanged"], 50.0],
        ["a job (kB)", data["job"], None],
        ["its result (kB)", data["result"], None],
    ]
    return [table, writer]


def sentences(data: Data) -> list[str]:
    """Whether the goals are reached, and what a large class would take."""
    core_seconds = statistics.median(data["seconds"][OURS]) * data["cores"] / data["submissions"]
    hours = 10_000 * core_seconds / 3600
    return [
        *([data["left_out"]] if data["left_out"] else []),
        f"The kit grades {times(data):.1f} times as many submissions a minute as nbgrader (goal: 3).",
        f"{data['unchanged']:.0f} unchanged submissions are passed over in a second (goal: 50).",
        f"A submission takes {core_seconds:.1f} core-seconds: 10,000 of them are {hours:.1f} core-hours, "
        f"{60 * hours / 64:.0f} minutes on 64 cores such as these. The writer alone would take "
        f"{10_000 / data['recorded'] / 60:.0f} minutes to record them.",
    ]


def pictures(data: Data) -> dict[str, style.Picture]:
    """The table says it all."""
    return {}
