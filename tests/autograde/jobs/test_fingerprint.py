import pytest
from traitlets.config import Config

from autograde.jobs import fingerprint, job


def test_content_name_and_kind_of_a_file_make_its_digest():
    told = [{"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": 1}, {"a": b"1", "b": b""}, {"a": b"1b"}, {}]
    assert len({fingerprint.of_files(files) for files in told}) == len(told)
    assert fingerprint.of_files({"a": b"1", "b": b"2"}) == fingerprint.of_files({"b": b"2", "a": b"1"})


def test_settings_differ_by_value_and_not_by_order_or_object():
    class Plugin:
        pass

    one = Config({"A": {"x": 1, "y": Plugin}, "B": {"z": [1]}})
    assert fingerprint.of_settings(one) == fingerprint.of_settings(
        Config({"B": {"z": [1]}, "A": {"y": Plugin, "x": 1}})
    )
    assert fingerprint.of_settings(one) != fingerprint.of_settings(
        Config({"A": {"x": 2, "y": Plugin}, "B": {"z": [1]}})
    )


def test_the_mark_of_a_secret_tells_two_apart_and_is_neither():
    marks = [fingerprint.secret_mark(bytes([number]) * 32) for number in (1, 2)]
    assert marks[0] != marks[1] and bytes([1] * 8).hex() not in marks[0]


def test_the_environment_names_python_the_packages_and_the_kits_own_code():
    found = fingerprint.environment()
    assert {"python", "sgdkit (its code)", "numpy", "nbgrader", "ipykernel"} <= found.keys()
    assert "pytest" not in found


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"numpy": "2.1"}, ""),
        ({"numpy": "2.0"}, "numpy 2.0 instead of 2.1"),
        ({}, "numpy none instead of 2.1"),
        ({"numpy": "2.1", "z": "1"}, "z 1 instead of none"),
    ],
)
def test_a_difference_is_said_with_both_versions(other, said):
    assert job.differences({"numpy": "2.1"}, other) == said


def test_a_job_knows_neither_places_nor_penalties():
    given = Config(
        {"CourseDirectory": {"root": "/x", "db_url": "y", "ignore": ["z"]}, "LateSubmissionPlugin": {"a": 1}}
    )
    given.JudgedExecute.secret_file = "/x/.secret"
    assert job.portable(given) == {"CourseDirectory": {"ignore": ["z"]}, "JudgedExecute": {}}
    assert given.JudgedExecute.secret_file == "/x/.secret"
