"""The single writer: results go into the course's gradebook and into ``autograded/``, as nbgrader would put them there.

One submission is recorded whole or, when the grader is killed, graded and recorded again: its files are laid ready,
its scores are committed in one transaction, its folder is swapped in by renaming, and the journal's mark comes last.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import rmtree
from sqlalchemy import select
from traitlets.config import Config

from autograde.course import Course
from autograde.jobs import files, fingerprint
from autograde.jobs.definition import Definition, extra_files
from autograde.jobs.job import Graded, Scored
from autograde.jobs.journal import Mark


class Recorder:
    """Records results for one assignment. ``folder`` is on the same disk as ``autograded/``, and nobody else's."""

    def __init__(self, course: Course, definition: Definition, settings: Config, folder: Path) -> None:
        self._course, self._definition = course, definition
        self._assignment = definition.assignment
        self._late = AssignLatePenalties(config=settings)
        self._late.init_plugin()
        self._ready, self._old = folder / "ready", folder / "replaced"
        for left in (self._ready, self._old):
            if left.exists():
                rmtree(str(left))
            left.mkdir(parents=True)
        config = Config(settings)
        config.CourseDirectory = Config(settings.CourseDirectory)
        config.CourseDirectory.autograded_directory = self._ready.relative_to(course.root).as_posix()
        self.coursedir = CourseDirectory(config=config)
        self._converter = Autograde(coursedir=self.coursedir, config=config)
        self._book = Gradebook(course.db_url)
        # nbgrader commits after every value; here a submission is one transaction.
        self._session = self._book.db()
        self._commit, self._session.commit = self._session.commit, self._session.flush

    def close(self) -> None:
        """Let go of the gradebook."""
        self._session.rollback()
        self._book.close()

    def record(self, student: str, key: str, graded: Graded) -> Mark:
        """Record what a job made of this student's submission; the mark to note."""
        self._lay_ready(student, graded)
        try:
            submission = self._submission(student)
            for name, scored in graded.notebooks.items():
                self._scores(self._book.find_submission_notebook(name, self._assignment, student), scored)
            self._session.flush()
            self._session.expire_all()
            self._penalties(submission, {name for name, one in graded.notebooks.items() if one.handed_in})
            self._commit()
        except BaseException:
            self._session.rollback()
            raise
        self._swap(student, self._ready / student / self._assignment)
        return self.recorded(key, student, self.scores([student]).get(student, ""))  # none: nothing in it is graded

    def record_failure(self, student: str) -> None:
        """Leave what nbgrader leaves of a submission that cannot be graded: that there is one, and no graded folder."""
        try:
            self._submission(student)
            self._commit()
        except BaseException:
            self._session.rollback()
            raise
        self._swap(student, None)

    def recorded(self, key: str, student: str, scores: str) -> Mark:
        """The mark of what is there now: ``scores`` as ``scores`` gives it."""
        folder = self._done(student)
        names = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
        return Mark(key, fingerprint.of_files(files.read(folder, names, 2**62)), scores)

    def scores(self, students: Iterable[str]) -> dict[str, str]:
        """A digest of the automatic scores of each of these students that has any in the gradebook."""
        query = (
            select(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Grade.auto_score)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .where(SubmittedAssignment.assignment_id == self._book.find_assignment(self._assignment).id)
        )
        wanted = list(students)
        if len(wanted) == 1:
            query = query.where(SubmittedAssignment.student_id == wanted[0])
        found: dict[str, list[str]] = defaultdict(list)
        for student, *value in self._session.execute(query):
            found[student].append(repr(tuple(value)))
        return {student: fingerprint.key(*sorted(found[student])) for student in wanted if student in found}

    def refresh_penalty(self, student: str) -> None:
        """Bring the penalty of an unchanged submission up to date: the due date may have moved, or a person graded."""
        try:
            submission = self._book.find_submission(self._assignment, student)
        except MissingEntry:
            return
        handed_in = self._course.folder("submitted") / student / self._assignment
        there = {name for name in self._definition.notebooks if (handed_in / f"{name}.ipynb").exists()}
        self._penalties(submission, there)
        if self._session.dirty:
            self._commit()

    def _submission(self, student: str) -> SubmittedAssignment:
        """The student's submission, made if there is none, with the time at which it was handed in."""
        self._book.update_or_create_student(student)
        source = self._course.folder("submitted") / student / self._assignment
        time = self.coursedir.get_existing_timestamp(str(source))
        told = {"timestamp": time} if time else {}
        return self._book.update_or_create_submission(self._assignment, student, **told)

    def _scores(self, notebook: SubmittedNotebook, scored: Scored) -> None:
        """Automatic scores and comments; what a person gave stays, and is to be looked at again."""
        for grade in notebook.grades:
            if grade.name not in scored.scores:
                continue
            grade.auto_score = scored.scores[grade.name]
            by_person = scored.handed_in and grade.manual_score is not None
            grade.needs_manual_grade = by_person or grade.auto_score is None
        for comment in notebook.comments if scored.handed_in else []:
            comment.auto_comment = scored.comments.get(comment.name)

    def _penalties(self, submission: SubmittedAssignment, handed_in: set[str]) -> None:
        """As nbgrader's AssignLatePenalties, which computes them anew at each grading."""
        seconds = submission.total_seconds_late
        for notebook in submission.notebooks:
            if notebook.name not in handed_in:
                continue
            penalty = None
            if seconds > 0:
                penalty = self._late.plugin_inst.late_submission_penalty(submission.student_id, notebook.score, seconds)
            if penalty is not None:
                penalty = self._late._check_late_penalty(notebook, penalty)
            if notebook.late_submission_penalty != penalty:
                notebook.late_submission_penalty = penalty

    def _done(self, student: str) -> Path:
        return self._course.folder("autograded") / student / self._assignment

    def _lay_ready(self, student: str, graded: Graded) -> None:
        """The autograded folder, where nobody looks for it yet: the student's files, the course's, the notebooks."""
        folder = self._ready / student / self._assignment
        if folder.exists():
            rmtree(str(folder))
        folder.mkdir(parents=True)
        current = os.getcwd()
        os.chdir(self._course.root)
        try:
            BaseConverter.init_assignment(self._converter, self._assignment, student)
            kept = set(self._converter.exclude_overwriting.get(self._assignment, []))
            source = self._course.sources / self._assignment
            for name in extra_files(source, self.coursedir):
                if name not in kept:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).unlink(missing_ok=True)
                    shutil.copy(source / name, folder / name)
            files.write(folder, graded.files)
            self._converter.set_permissions(self._assignment, student)
        finally:
            os.chdir(current)

    def _swap(self, student: str, ready: Path | None) -> None:
        """Put a folder into the place of the one that is there, if there is one."""
        place = self._done(student)
        place.parent.mkdir(parents=True, exist_ok=True)
        old = self._old / student
        if place.exists():
            os.replace(place, old)
        if ready:
            os.replace(ready, place)
            ready.parent.rmdir()
        if old.exists():
            rmtree(str(old))
