import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from autograde.errors import CourseError
from autograde.jobs import workers as workers_module
from autograde.jobs.workers import Workers
from tests.autograde.jobs import dies_at_once
from tests.autograde.jobs.work import work

ROOT = Path(__file__).resolve().parents[3]


def until(condition, seconds=60):
    """Wait for something that other processes do; False where it does not happen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_every_job_is_done_once_whichever_process_dies(tmp_path):
    jobs = [(f"job{n}", f"word{n}".encode()) for n in range(6)]
    jobs.insert(1, ("bad", b"die"))
    jobs.insert(3, ("unlucky", f"once {tmp_path / 'tried'}".encode()))
    taken = []

    def lazily():
        for one in jobs:
            taken.append(one[0])
            yield one

    with Workers(work, 2) as workers:
        results = []
        for result in workers.run(lazily()):
            results.append(result)
            assert len(taken) - len(results) <= 5  # not all are held ready at once
        pids = workers.pids()
    assert len(results) == len(jobs)
    expected = {f"job{n}": f"word{n}".encode()[::-1] for n in range(6)} | {"bad": None, "unlucky": b"twice"}
    assert dict(results) == expected
    assert not any(map(psutil.pid_exists, pids))


def test_a_process_makes_place_for_a_new_one_before_it_grows(monkeypatch):
    monkeypatch.setattr(workers_module, "LIFE", 2)
    with Workers(work, 1) as workers:
        pids = [int(result) for _, result in workers.run([(str(n), b"pid") for n in range(5)])]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 1]


def test_no_jobs_need_no_process():
    with Workers(work, 2) as workers:
        assert list(workers.run([])) == [] and workers.pids() == []


def test_a_process_that_cannot_start_is_no_endless_loop():
    with Workers(dies_at_once.work, 1) as workers, pytest.raises(CourseError, match="before they had begun"):
        list(workers.run([("a", b"a")]))


SCRIPT = """
import sys
from autograde.errors import CourseError
from autograde.jobs import workers as workers_module
from autograde.jobs.workers import Workers
from tests.autograde.jobs.work import work

if __name__ == "__main__":
    with Workers(work, 2) as workers:
        list(workers.run([("a", b"hang " + sys.argv[1].encode()), ("b", b"hang " + sys.argv[2].encode())]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_a_grader_that_is_killed_or_interrupted(tmp_path, blow):
    (tmp_path / "main.py").write_text(SCRIPT)
    files = [tmp_path / "a", tmp_path / "b"]
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": scratch}
        command = [sys.executable, str(tmp_path / "main.py"), *map(str, files)]
        main = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            assert until(lambda: all(file.exists() and file.read_text() for file in files))
            below = psutil.Process(main.pid).children(recursive=True)
            assert len(below) >= 4
            main.send_signal(blow)
            main.wait(60)
            assert psutil.wait_procs(below, timeout=60)[1] == []
            assert until(lambda: not os.listdir(scratch))
        finally:
            main.kill()
