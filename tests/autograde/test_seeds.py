import multiprocessing
import os
import stat
import sys

import pytest

from autograde import seeds
from autograde.errors import CourseError


def test_the_secret_is_made_once_and_is_the_owners_only(tmp_path):
    file = tmp_path / "grading" / ".secret"
    first = seeds.course_secret(file)
    assert len(first) == 32 and seeds.course_secret(file) == first
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == [".secret"]


def test_graders_that_start_together_agree_on_one_secret(tmp_path):
    file = tmp_path / ".secret"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(seeds.course_secret, [file] * 8))) == 1


def test_a_damaged_secret_is_refused(tmp_path):
    file = tmp_path / ".secret"
    file.write_bytes(b"short")
    with pytest.raises(CourseError, match="5 bytes instead of 32"):
        seeds.course_secret(file)


def test_cases_differ_by_student_exercise_and_course_and_never_change():
    secret, other = bytes(32), os.urandom(32)

    def draw(*key):
        return seeds.rng(*key).integers(1 << 60)

    base = draw(secret, "ada", "a/b/c")
    assert base == draw(secret, "ada", "a/b/c")
    assert len({base, draw(secret, "bo", "a/b/c"), draw(secret, "ada", "a/b/d"), draw(other, "ada", "a/b/c")}) == 4
    assert draw(secret, "ab", "c") != draw(secret, "a", "bc")
