"""What the single writer leaves: what nbgrader leaves, whole, whenever it is killed."""

import multiprocessing
import os
import signal
import sqlite3
from datetime import datetime

import pytest
from traitlets.config import Config

from autograde import classroom, engine, table
from autograde.errors import CourseError
from autograde.export import AGAIN
from autograde.jobs import job, recorder
from autograde.jobs.journal import Journal
from tests.autograde.jobs import tiny
from tests.autograde.jobs.conftest import CLASS, copy

LATE = Config({"LateSubmissionPlugin": {"penalty_method": "zero"}})
LATE.merge(tiny.EXTRA)


def by_hand(course):
    """What a person does: a due date, an extension for one, points, extra credit, a comment."""
    with engine.gradebook(course) as book:
        book.update_or_create_assignment(tiny.ASSIGNMENT, duedate=datetime(2026, 1, 1))
        book.grant_extension(tiny.ASSIGNMENT, "bo", days=3)
        for student, points in {"ada": 2.5, "cy": 1.0}.items():
            grade = book.find_grade("why", "sum", tiny.ASSIGNMENT, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, 0.25, False
        book.find_grade("test-add", "sum", tiny.ASSIGNMENT, "bo").manual_score = 1.5
        book.find_comment("why", "sum", tiny.ASSIGNMENT, "ada").manual_comment = "Well said."
        book.find_submission_notebook("sum", tiny.ASSIGNMENT, "cy").flagged = True
        book.db.commit()


def by_nbgrader(course, extra):
    for student in CLASS:
        assert engine.autograde(course, tiny.ASSIGNMENT, student, extra).ok


@pytest.mark.timeout(400)  # six submissions, one after the other
def test_nbgrader_itself_leaves_the_same_and_so_does_a_second_grading(handed_in, graded, undisturbed, tmp_path):
    by_nbgrader(handed_in, tiny.EXTRA)
    assert (tiny.contents(handed_in), tiny.graded(handed_in)) == undisturbed

    # Then a person grades, everybody hands in again, two of them late, and it is graded once more.
    twin = copy(graded, tmp_path / "twin")
    for course in (graded, twin):
        by_hand(course)
        for student, work in CLASS.items():
            tiny.hand_in(course, student, **work | {"time": "2026-01-02 10:00:00 UTC"})
    by_nbgrader(twin, LATE)
    outcomes = classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 2, LATE)
    assert all(outcome.ok and not outcome.unchanged for outcome in outcomes.values())
    assert tiny.contents(graded) == tiny.contents(twin) and tiny.graded(graded) == tiny.graded(twin)
    found = tiny.contents(graded)
    assert ("ada", "grade", "why", None, 2.5, 0.25, True) in found
    assert ("ada", "comment", "why", None, "Well said.") in found
    penalties = {line[0]: line[2] for line in found if line[1] == "sum"}
    assert penalties == {"ada": 5.75, "bo": None, "cy": 1.25}  # bo has an extension


def test_what_has_not_changed_keeps_a_persons_points_and_gets_the_penalty_of_today(graded, monkeypatch):
    for student in CLASS:
        file = graded.folder("submitted") / student / tiny.ASSIGNMENT / "timestamp.txt"
        file.write_text("2026-01-02 10:00:00 UTC")
    monkeypatch.setattr(classroom, "_run", answered(graded))
    settings = Config(LATE)
    classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, settings)
    by_hand(graded)
    outcomes = classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, settings)
    assert all(outcome.unchanged for outcome in outcomes.values())
    found = tiny.contents(graded)
    assert ("ada", "grade", "why", None, 2.5, 0.25, False) in found  # nothing new to look at
    assert {line[0]: line[2] for line in found if line[1] == "sum"} == {"ada": 5.75, "bo": None, "cy": 1.25}
    with engine.gradebook(graded) as book:
        book.grant_extension(tiny.ASSIGNMENT, "ada", days=9)
    classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, settings)
    assert {line[0]: line[2] for line in tiny.contents(graded) if line[1] == "sum"} == {
        "ada": None,
        "bo": None,
        "cy": 1.25,
    }


def answered(course):
    """Instead of running jobs: the results that lie in this graded course already."""
    results = {}
    for student in CLASS:
        folder = course.folder("autograded") / student / tiny.ASSIGNMENT
        found = {file.name: file.read_bytes() for file in folder.glob("*.ipynb")}
        with engine.gradebook(course) as book:
            notebooks = {}
            for one in book.find_submission(tiny.ASSIGNMENT, student).notebooks:
                scores = {grade.name: grade.auto_score for grade in one.grades}
                comments = {comment.name: comment.auto_comment for comment in one.comments}
                notebooks[one.name] = job.Scored(f"{one.name}.ipynb" in found, scores, comments)
        results[student] = job.Graded(engine.Outcome(True, ""), notebooks, found).to_bytes()

    def run(work, *_):
        for student, _message in work:
            yield student, results[student]

    return run


STEPS = [
    (recorder.Recorder, "_lay_ready"),
    (recorder.Recorder, "_submission"),
    (recorder.Recorder, "_scores"),
    (recorder.Recorder, "_penalties"),
    (recorder.Recorder, "_swap"),
    (recorder.Recorder, "recorded"),
    (Journal, "note"),
    (os, "replace"),
]


def killed_at(course, run, owner, name, after, nth):
    """In a process of its own: grade, and be killed before or after the nth call of a step."""
    called, calls = getattr(owner, name), []

    def step(*given, **named):
        calls.append(1)
        if len(calls) == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        found = called(*given, **named)
        if len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, step)
    classroom._run = run
    classroom.grade(course, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # fork: the child only grades, and is killed
@pytest.mark.parametrize("fresh", [pytest.param(True, marks=pytest.mark.long), False], ids=["first time", "once more"])
def test_a_writer_killed_at_any_step_is_mended_by_the_next(
    handed_in, graded, undisturbed, monkeypatch, fresh, tmp_path
):
    run = answered(graded)
    fork = multiprocessing.get_context("fork")
    began = 0
    for number, (owner, name) in enumerate(STEPS):
        for after in (False, True):
            course = copy(handed_in if fresh else graded, tmp_path / f"{number}{after}")
            if not fresh:  # what was recorded is not what is handed in now
                for student in CLASS:
                    with engine.gradebook(course) as book:
                        book.find_grade("test-add", "sum", tiny.ASSIGNMENT, student).auto_score = 0.125
                        book.db.commit()
            child = fork.Process(target=killed_at, args=(course, run, owner, name, after, 2 + (name == "replace")))
            child.start()
            child.join()
            assert child.exitcode == -signal.SIGKILL
            with Journal(course.folder(".grading"), tiny.ASSIGNMENT) as journal:
                began += journal.mark("ada") is not None
            with monkeypatch.context() as patched:
                patched.setattr(classroom, "_run", run)
                outcomes = classroom.grade(course, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA)
            assert all(outcome.ok for outcome in outcomes.values())
            assert (tiny.contents(course), tiny.graded(course)) == undisturbed, (name, after)
            left = {path.name for path in course.folder(".grading").rglob("*") if path.is_file()}
            assert left == {"lock", f"{tiny.ASSIGNMENT}.jsonl"}
    assert began >= len(STEPS)  # the kill came when some were recorded already


def test_a_failure_is_no_grade_and_is_tried_again(graded, monkeypatch):
    tiny.hand_in(graded, "ada", body="    return 1")
    monkeypatch.setattr(classroom, "_run", lambda work, *_: ((student, None) for student, _ in list(work)))
    outcomes = classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA)
    assert [outcome.unchanged for outcome in outcomes.values()] == [False, True, True]
    assert not outcomes["ada"].ok and outcomes["ada"].reason() == classroom.DIED
    # Its old grade is not shown as the new submission's.
    assert not (graded.folder("autograded") / "ada" / tiny.ASSIGNMENT).exists()
    assert not classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA)["ada"].ok


def test_what_is_handed_in_again_has_no_score_until_it_is_graded(graded):
    tiny.hand_in(graded, "ada", body="    return 1")
    rows = {row["student_id"]: row for row in table.rows(graded, tiny.ASSIGNMENT)}
    assert (rows["ada"]["score"], rows["ada"]["reason"]) == ("", f"sum: {AGAIN}")
    assert rows["bo"]["score"] != "" and rows["cy"]["score"] != ""


def test_a_gradebook_that_something_else_holds_is_one_sentence_and_loses_nothing(graded, undisturbed, monkeypatch):
    monkeypatch.setattr(classroom, "_run", answered(graded))
    with engine.gradebook(graded) as book:
        book.find_grade("test-add", "sum", tiny.ASSIGNMENT, "ada").auto_score = 0.125
        book.db.commit()
    with sqlite3.connect(graded.database, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CourseError, match="What ada got cannot be written down .database is locked.*goes on with"):
            classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA, force=True)
        other.execute("ROLLBACK")
    classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA, force=True)
    assert (tiny.contents(graded), tiny.graded(graded)) == undisturbed


def test_a_time_that_is_none_is_a_reason_and_not_the_end(graded):
    tiny.hand_in(graded, "bo", time="when I was done")
    outcomes = classroom.grade(graded, tiny.ASSIGNMENT, CLASS, 1, tiny.EXTRA)
    assert [outcome.ok for outcome in outcomes.values()] == [True, False, True]
    assert "timestamp.txt" in outcomes["bo"].reason()


def test_a_late_penalty_is_what_the_course_configures(graded):
    (graded.root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\nc.Limits.memory = 1234\n"
    )
    settings = engine.settings(graded, Config({"Limits": {"cpu": 5}}))
    assert settings.LateSubmissionPlugin.penalty_method == "zero"
    assert settings.Limits == {"memory": 1234, "cpu": 5}


def test_a_configuration_that_cannot_be_run_is_one_sentence(graded):
    (graded.root / "nbgrader_config.py").write_text("c.Limits.memory = = 3")
    with pytest.raises(engine.CourseError, match="nbgrader_config.py cannot be run .SyntaxError"):
        engine.settings(graded)
