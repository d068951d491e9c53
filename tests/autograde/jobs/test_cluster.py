"""The same jobs on Dask, with worker processes of its own."""

import logging
import os
import signal
import sys

import pytest
from traitlets.config import Config

from autograde import classroom
from autograde.errors import CourseError
from autograde.jobs import cluster, fingerprint
from tests.autograde.jobs import tiny
from tests.autograde.jobs.conftest import CLASS

distributed = pytest.importorskip("distributed", reason="needs Dask: pip install -e '.[cluster]'")


@pytest.fixture(autouse=True)
def _as_it_is_now():
    """What a new worker reads: somebody may have changed the code since these tests began."""
    fingerprint.environment.cache_clear()


@pytest.fixture(scope="module")
def dask():
    """A scheduler and two worker processes, which come again when they die."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as made:
        yield made


@pytest.mark.timeout(400)
def test_a_worker_killed_in_the_middle_costs_nothing(dask, handed_in, undisturbed):
    client = distributed.Client(dask, set_as_default=False)
    pids = client.run(os.getpid)
    client.close()
    assert len(pids) == 2 and os.getpid() not in pids.values()
    ended = []

    def progress(student, outcome):
        if not ended:
            os.kill(next(iter(pids.values())), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        ended.append(student)

    students = list(CLASS)
    outcomes = classroom.grade(
        handed_in, tiny.ASSIGNMENT, students, None, tiny.EXTRA, progress, cluster=dask.scheduler_address
    )
    assert all(outcome.ok for outcome in outcomes.values()) and sorted(ended) == sorted(students)
    assert (tiny.contents(handed_in), tiny.graded(handed_in)) == undisturbed
    # Here or there, it is the same key: nothing is left to do.
    assert all(one.unchanged for one in classroom.grade(handed_in, tiny.ASSIGNMENT, students, 1, tiny.EXTRA).values())


def refused(handed_in, address, extra=tiny.EXTRA):
    with pytest.raises(CourseError) as told:
        classroom.grade(handed_in, tiny.ASSIGNMENT, ["ada"], 1, extra, cluster=address)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_other_versions_are_refused_with_their_names(dask, handed_in, monkeypatch):
    mine = fingerprint.environment() | {"numpy": "0.1"}
    monkeypatch.setattr(fingerprint, "environment", lambda: mine)
    said = refused(handed_in, dask.scheduler_address)
    assert "has other versions than this machine" in said and " instead of 0.1" in said and "numpy" in said


def test_no_scheduler_is_one_sentence(handed_in, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    said = refused(handed_in, "tcp://127.0.0.1:9")
    assert said.startswith("There is no Dask scheduler at tcp://127.0.0.1:9") and "dask scheduler" in said
    assert refused(handed_in, "nonsense://x").startswith("There is no Dask scheduler at nonsense://x")


def test_no_dask_is_one_sentence(handed_in, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install -e '.[grading,cluster]'" in refused(handed_in, "tcp://127.0.0.1:9")


def test_no_workers_is_one_sentence(handed_in, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 2)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL) as empty:
        assert "has no workers" in refused(handed_in, empty.scheduler_address)


def no_programs():
    """On a worker: it finds no sandbox any more."""
    from autograde.grading import bubblewrap

    os.environ["PATH"] = ""
    bubblewrap.missing.cache_clear()


@pytest.mark.timeout(300)
def test_a_host_without_a_sandbox_is_refused_unless_told_otherwise(handed_in):
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as bare:
        client = distributed.Client(bare, set_as_default=False)
        client.run(no_programs)
        client.close()
        said = refused(handed_in, bare.scheduler_address, Config({"LimitedExecute": {"sandbox": "required"}}))
        assert said.startswith("On the worker tcp://") and "There is no sandbox" in said and "--no-sandbox" in said
        assert not handed_in.folder("autograded").exists()
        told = Config({"LimitedExecute": {"sandbox": "none"}, "Execute": {"timeout": 30}})
        outcomes = classroom.grade(handed_in, tiny.ASSIGNMENT, ["ada"], 1, told, cluster=bare.scheduler_address)
        assert outcomes["ada"].ok, outcomes["ada"]
