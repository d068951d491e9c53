"""What a job holds, and what comes back where no kernel is needed to know it."""

import json
import os

import numpy as np
import pytest

from autograde import classroom, engine, seeds
from autograde.errors import CourseError
from autograde.jobs import files, fingerprint, job
from autograde.jobs.definition import define
from autograde.jobs.job import Graded
from tests.autograde.jobs import tiny


@pytest.fixture
def desk(handed_in):
    return classroom.Desk.of(handed_in, tiny.ASSIGNMENT, engine.settings(handed_in, tiny.EXTRA))


def one_job(desk, student, elsewhere=False):
    ((name, message),) = desk.jobs([student], {}, pytest.fail, elsewhere)
    assert name == student
    return message


def test_a_job_holds_neither_the_secret_nor_a_name_nor_anybody_elses_work(desk, handed_in):
    tiny.hand_in(handed_in, "zoe-of-the-class", body="    return 40 + 2")
    head, groups = files.unpack(one_job(desk, "zoe-of-the-class"))
    parts = [json.dumps(head).encode()] + [part for group in groups.values() for part in group.values()]
    forbidden = [desk.secret, desk.secret.hex().encode(), b"zoe-of", b"return a - b", str(handed_in.root).encode()]
    assert not [word for word in forbidden for part in parts if word in part]
    assert any(b"return 40 + 2" in part for part in parts)
    assert set(groups["submitted"]) == {"sum.ipynb"} and set(groups["source"]) == {"data.csv"}


def test_the_seeds_in_a_job_draw_the_cases_of_the_secret():
    drawn = seeds.rng(bytes(32), "ada", "a/b/c").random(3)
    assert np.array_equal(np.random.default_rng(seeds.seed(bytes(32), "ada", "a/b/c")).random(3), drawn)


def test_a_notebook_too_large_to_be_read_does_not_travel_and_is_told(desk, handed_in):
    file = handed_in.folder("submitted") / "ada" / tiny.ASSIGNMENT / "sum.ipynb"
    with open(file, "r+b") as stream:
        stream.truncate(200_000_000)
    (file.parent / "film.mp4").touch()
    os.truncate(file.parent / "film.mp4", 300 * 2**20)
    message = one_job(desk, "ada")
    assert len(message) < 1_000_000
    graded = Graded.from_bytes(job.run(message))
    assert graded.outcome.ok and graded.outcome.seconds > 0
    assert "The notebook is 200 MB" in json.loads(graded.files["sum.ipynb"])["metadata"]["sgdkit"]["unreadable"]
    assert graded.notebooks["sum"].scores["test-add"] == 0 and not graded.notebooks["more"].handed_in


def test_a_worker_of_another_version_grades_nothing(desk, monkeypatch):
    message = one_job(desk, "ada", elsewhere=True)
    monkeypatch.setattr(fingerprint, "environment", lambda: {"python": "2.7"})
    outcome = Graded.from_bytes(job.run(message)).outcome
    assert not outcome.ok and "has other versions" in outcome.reason() and "python 2.7 instead of" in outcome.reason()


def test_a_damaged_job_is_an_outcome():
    outcome = Graded.from_bytes(job.run(b"nonsense")).outcome
    assert not outcome.ok and "damaged" in outcome.reason()


def test_an_assignment_that_nobody_recorded_is_one_sentence(handed_in):
    with pytest.raises(CourseError, match="holds no notebooks of 7-new: record the assignment first"):
        define(handed_in, "7-new", engine.settings(handed_in))


def test_everything_that_decides_a_grade_is_in_its_key(desk, handed_in):
    def key(extra=None, student="ada"):
        settings = engine.settings(handed_in, tiny.EXTRA)
        settings.merge(extra or {})
        now = classroom.Desk.of(handed_in, tiny.ASSIGNMENT, settings)
        return now.key(student, now.submitted(student))

    first = key()
    assert first == key() == desk.key("ada", desk.submitted("ada"))
    assert first == key({"LateSubmissionPlugin": {"penalty_method": "zero"}})  # that takes no grading
    (handed_in.folder("submitted") / "ada" / tiny.ASSIGNMENT / ".ipynb_checkpoints").mkdir()
    assert first == key()  # what nbgrader ignores
    found = {first, key(student="bo"), key({"Execute": {"timeout": 31}}), key({"LimitedExecute": {"sandbox": "none"}})}
    (handed_in.folder("submitted") / "ada" / tiny.ASSIGNMENT / "notes.txt").write_text("yours")
    found.add(key())
    (handed_in.sources / tiny.ASSIGNMENT / "data.csv").write_text("3,4\n")
    found.add(key())
    with engine.gradebook(handed_in) as book:
        book.find_source_cell("test-add", "sum", tiny.ASSIGNMENT).source = "assert add(2, 3) == 6"
        book.db.commit()
    found.add(key())
    handed_in.secret.write_bytes(bytes(32))
    found.add(key())
    assert len(found) == 8
