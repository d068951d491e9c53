"""Grading a class: many jobs side by side, one writer that records, and only what has changed since the last time."""

import os
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DatabaseError, SAWarning
from traitlets.config import Config

from autograde import engine, seeds
from autograde.course import Course
from autograde.engine import Outcome
from autograde.errors import CourseError
from autograde.jobs import files, fingerprint, job
from autograde.jobs.definition import Definition, define, extra_files
from autograde.jobs.files import Files
from autograde.jobs.job import Graded
from autograde.jobs.journal import Journal
from autograde.jobs.recorder import Recorder
from autograde.jobs.workers import Workers
from autograde.names import misnamed
from sgdkit import checks

Progress = Callable[[str, Outcome], None]

DIED = "the grading process died, and again when it was tried once more; grade this submission again"


def grade(
    course: Course,
    assignment: str,
    students: Iterable[str],
    jobs: int | None = None,
    extra: Config | None = None,
    progress: Progress | None = None,
    force: bool = False,
    cluster: str | None = None,
) -> dict[str, Outcome]:
    """Grade these students' submissions, ``jobs`` at a time (default: one per core, or per worker of a cluster).

    Returns how each ended, in the given order. A submission that could not be graded says so in its outcome; one that
    is recorded as it would be graded now is left as it is, unless ``force``. cluster: a Dask scheduler's address.

    Raises CourseError where the assignment is not recorded in the gradebook, another grader is at work, or the cluster
    cannot be used. After a KeyboardInterrupt, which is passed on, all that was graded is recorded.
    """
    done: dict[str, Outcome] = {}
    waiting = list(dict.fromkeys(students))

    def note(student: str, outcome: Outcome) -> None:
        done[student] = outcome
        if progress:
            progress(student, outcome)

    # nbgrader makes the gradebook's tables at the first look.
    with engine.gradebook(course):
        pass
    folder = course.folder(".grading")
    settings = engine.settings(course, extra)
    with Journal(folder, assignment) as journal, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # about nbgrader's own queries
        desk = Desk.of(course, assignment, settings)
        with closing(Recorder(course, desk.definition, settings, folder)) as recorder:
            left = []
            for student, unchanged in _sorted_out(desk, journal, recorder, waiting, force):
                if isinstance(unchanged, Outcome):
                    note(student, unchanged)
                else:
                    left.append(student)
            keys: dict[str, str] = {}
            work = desk.jobs(left, keys, note, bool(cluster))
            with closing(_run(work, len(left), jobs, desk.settings, cluster)) as results:
                for student, result in results:
                    graded = Graded.from_bytes(result) if result is not None else Graded(Outcome(False, "", DIED))
                    _record(journal, recorder, student, keys[student], graded)
                    note(student, graded.outcome)
    return {student: done[student] for student in waiting}


def _sorted_out(
    desk: "Desk", journal: Journal, recorder: Recorder, students: list[str], force: bool
) -> Iterator[tuple[str, Outcome | None]]:
    """Each student with the outcome that is known without grading, or None."""
    scores = recorder.scores(students)
    for student in students:
        outcome = desk.refusal(student)
        mark = journal.mark(student)
        if not outcome and mark and not force:
            try:
                key = desk.key(student, desk.submitted(student))
                there = recorder.recorded(key, student, scores.get(student, ""))
            except OSError:
                there = None
            if there == mark:
                recorder.refresh_penalty(student)
                outcome = Outcome(True, "", unchanged=True)
        yield student, outcome


def _record(journal: Journal, recorder: Recorder, student: str, key: str, graded: Graded) -> None:
    """Write down one result. Raises CourseError where the gradebook or the disk does not take it."""
    try:
        if graded.outcome.ok:
            journal.note(student, recorder.record(student, key, graded))
        else:
            recorder.record_failure(student)
    except (OSError, DatabaseError) as error:
        raise CourseError(
            f"What {student} got cannot be written down ({getattr(error, 'orig', None) or error}): put that right; the "
            "grades before it are recorded, and the same command goes on with the rest."
        ) from error


def _run(
    work: Iterator[tuple[str, bytes]], number: int, jobs: int | None, settings: Config, cluster: str | None
) -> Generator[tuple[str, bytes | None], None, None]:
    if not number:
        return
    if cluster:
        from autograde.jobs.cluster import Cluster

        with Cluster(cluster, settings) as dask:
            yield from dask.run(work, jobs)
    else:
        with Workers(job.run, min(jobs or os.cpu_count() or 1, number)) as workers:
            yield from workers.run(work)


@dataclass(frozen=True)
class Desk:
    """All that makes jobs of an assignment's submissions. ``settings`` are portable, ``common`` is of all keys."""

    course: Course
    definition: Definition
    settings: Config
    coursedir: CourseDirectory
    secret: bytes
    common: str

    @classmethod
    def of(cls, course: Course, assignment: str, settings: Config) -> "Desk":
        """Raises CourseError where the assignment is not recorded, or the secret is damaged."""
        definition = define(course, assignment, settings)
        portable = job.portable(settings)
        secret = seeds.course_secret(course.secret)
        versions = fingerprint.of_settings(fingerprint.environment())
        common = fingerprint.key(
            definition.digest, versions, fingerprint.of_settings(portable), fingerprint.secret_mark(secret)
        )
        return cls(course, definition, portable, CourseDirectory(config=settings), secret, common)

    def folder(self, student: str) -> Path:
        """Where the student's submission lies."""
        return self.course.folder("submitted") / student / self.definition.assignment

    def refusal(self, student: str) -> Outcome | None:
        """Why a submission cannot even be begun, or None."""
        reason = misnamed(self.folder(student), [f"{name}.ipynb" for name in self.definition.notebooks])
        if not reason:
            try:
                self.coursedir.get_existing_timestamp(str(self.folder(student)))
            except Exception:  # any: nbgrader has no error of its own for it
                reason = (
                    "timestamp.txt, which says when it was handed in, holds no time such as 2026-01-31 12:00:00 UTC"
                )
        return Outcome(False, "", reason) if reason else None

    def submitted(self, student: str) -> Files:
        """What grading takes of a submission. Raises OSError where it is being changed."""
        folder = self.folder(student)
        notebooks = [f"{name}.ipynb" for name in self.definition.notebooks]
        found = [name for name in notebooks if (folder / name).exists()]
        beside = extra_files(folder, self.coursedir)
        notebook, together = job.limits(self.settings)
        if sum((folder / name).stat().st_size for name in beside) > together:
            together = 0
        return files.read(folder, found, notebook) | files.read(folder, beside, together)

    def key(self, student: str, submitted: Files) -> str:
        """What a grade of this submission is made of."""
        return fingerprint.key(self.common, student, fingerprint.of_files(submitted))

    def jobs(
        self, students: list[str], keys: dict[str, str], note: Progress, elsewhere: bool
    ) -> Iterator[tuple[str, bytes]]:
        """Each student's job; its key goes into ``keys``. One that cannot be read is noted, and has none."""
        for student in students:
            try:
                submitted = self.submitted(student)
            except OSError as error:
                note(student, Outcome(False, "", f"the submission cannot be read: {error}"))
                continue
            keys[student] = self.key(student, submitted)
            numbers = {
                exercise.id: seeds.seed(self.secret, student, exercise.id)
                for name in self.definition.notebooks
                for exercise in checks.exercises(self.definition.assignment, name)
            }
            yield student, job.pack(self.definition, self.settings, numbers, submitted, elsewhere)
