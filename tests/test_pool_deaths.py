"""Workers of a sgdkit.Pool that are killed, hang, or end: the tasks are done all the same."""

from __future__ import annotations

import errno
import multiprocessing
import multiprocessing.connection
import multiprocessing.pool
import multiprocessing.process
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

import sgdkit.dispatcher
import sgdkit.pool
import sgdkit.worker
from sgdkit import Pool, WorkerDied
from sgdkit.worker import run
from tests.notebook import gone

METHODS = multiprocessing.get_all_start_methods()


def square(x):
    return x * x


def test_a_killed_worker_is_replaced_and_its_task_run_again(pool, tmp_path):
    mark = tmp_path / "died"

    def dies_once(x):
        if x == 2 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return x

    assert pool.map(dies_once, range(5), chunksize=1) == list(range(5))
    assert mark.exists()


def test_a_death_announces_itself_and_is_not_found_by_looking_around_now_and_then(pool, monkeypatch, tmp_path):
    """So it is noticed at once: the pool would wait for ever here if the end of the process did not wake it."""
    monkeypatch.setattr(sgdkit.dispatcher, "wait", lambda ends, timeout=None: multiprocessing.connection.wait(ends))
    mark = tmp_path / "under way"

    def waits_the_first_time(x):
        if mark.exists():
            return x
        mark.write_text(str(os.getpid()))
        time.sleep(600)

    pool.map(square, [1])  # from now on the pool waits without a time-out
    result = pool.apply_async(waits_the_first_time, (5,))
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.01)
    os.kill(int(mark.read_text()), getattr(signal, "SIGKILL", signal.SIGTERM))
    assert result.get(60) == 5


def test_killing_idle_workers_harms_nothing(pool):
    for pid in pool.pids:
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    assert pool.map(square, range(5)) == [x * x for x in range(5)]


def test_a_task_that_kills_every_worker_is_given_up_with_its_name(pool):
    def fatal(x):
        if x == 1:
            os._exit(7)
        return x

    with pytest.raises(WorkerDied, match=r"exited with code 7 while it computed fatal .*given up"):
        pool.map(fatal, range(3), chunksize=1)
    with pytest.raises(WorkerDied):
        list(pool.imap(fatal, range(3)))
    assert pool.map(square, [3]) == [9]


def test_sys_exit_in_a_task_does_not_hang(pool):
    with pytest.raises(WorkerDied):
        pool.map(lambda x: sys.exit(0), [1])


def hangs_at_first(connection, setup, inherited):
    """A worker whose start hangs, the first time: it leaves a mark."""
    mark = Path(setup.initializer.content[1][0])
    if not mark.exists():
        mark.touch()
        time.sleep(600)
    run(connection, setup, inherited)


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_hangs_at_its_start_is_killed_and_replaced(method, tmp_path, monkeypatch):
    monkeypatch.setattr(sgdkit.worker, "run", hangs_at_first)
    mark = tmp_path / "hangs"
    with Pool(1, os.path.exists, (str(mark),), start_method=method) as pool:
        while not mark.exists():
            time.sleep(0.01)
        pool._dispatcher.workers[0].deadline = 0.0  # so long ago
        assert pool.map(square, [3]) == [9]
        assert [death.reason for death in pool.deaths] == ["did not begin in time, and was killed,"]


def test_a_pool_whose_workers_all_hang_at_their_start_says_so(monkeypatch):
    monkeypatch.setattr(sgdkit.worker, "run", lambda *_: time.sleep(600))
    monkeypatch.setitem(sgdkit.dispatcher._TIME_TO_BE_BORN, "fork", -1.0)
    with (
        Pool(2, start_method="fork") as pool,
        pytest.raises(WorkerDied, match="did not begin in time.* so did 2 others"),
    ):
        pool.map(square, range(4))


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_that_cannot_start_all_its_workers_leaves_none_and_says_what_to_do(method, monkeypatch):
    start, started = multiprocessing.process.BaseProcess.start, []

    def starts_two(process):
        if len(started) == 2:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        start(process)
        started.append(process)

    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", starts_two)
    with pytest.raises(BlockingIOError, match=r"could start only 2 of 3 workers \(Resource .*\): ask for fewer"):
        Pool(3, start_method=method)
    assert len(started) == 2 and not any(process.is_alive() for process in started)


@pytest.mark.parametrize("when", ["while a worker starts", "while the thread starts"])
def test_a_pool_whose_making_is_interrupted_leaves_no_worker(when, monkeypatch):
    start, started = multiprocessing.process.BaseProcess.start, []

    def is_interrupted(process):
        start(process)
        started.append(process)
        if len(started) == 2 and when == "while a worker starts":
            raise KeyboardInterrupt

    class Thread(threading.Thread):
        def start(self):
            super().start()
            if self.name == "sgdkit-dispatcher":
                raise KeyboardInterrupt

    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", is_interrupted)
    if when == "while the thread starts":
        monkeypatch.setattr(sgdkit.dispatcher.threading, "Thread", Thread)
    with pytest.raises(KeyboardInterrupt):
        Pool(2)
    assert len(started) == 2 and not any(process.is_alive() for process in started)


def test_an_initializer_may_take_its_time(tmp_path):
    go_on = tmp_path / "go on"

    def slow():
        while not go_on.exists():
            time.sleep(0.01)

    with Pool(1, slow) as pool:
        (member,) = pool._dispatcher.workers
        while not member.born:
            time.sleep(0.01)
        member.deadline = 0.0
        result = pool.apply_async(square, (3,))
        member.connection.poll(1.5)  # longer than the pool takes to look around
        go_on.touch()
        assert result.get(60) == 9 and pool.deaths == []


def test_windows_can_wait_for_so_many_workers_only(monkeypatch):
    monkeypatch.setattr(sgdkit.pool, "MOST_WORKERS", 3)
    with pytest.raises(ValueError, match="processes is 4: Windows lets a pool look after at most 3 workers"):
        Pool(4)
    monkeypatch.setattr(sgdkit.pool, "available_cores", lambda: 100)
    with Pool() as pool:
        assert len(pool.pids) == 3


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows cannot stop a process without ending it")
@pytest.mark.parametrize("method", METHODS)
def test_a_stopped_worker_with_a_big_message_does_not_keep_the_pool_from_ending(method):
    pool = Pool(1, start_method=method)
    pool.map(square, [1])
    pids = pool.pids
    os.kill(pids[0], signal.SIGSTOP)
    result = pool.apply_async(len, (bytes(10_000_000),))  # much more than a pipe holds: sending it blocks
    for _ in range(20_000):  # and however many calls wake the pool's thread, none of them blocks
        pool._dispatcher._ring()
    pool.terminate()
    with pytest.raises(WorkerDied, match="ended while a task was under way"):
        result.get(30)
    assert gone(pids)


def test_retiring_workers_are_no_deaths():
    with Pool(4, maxtasksperchild=1) as pool:
        assert pool.map(square, range(60), chunksize=1) == [x * x for x in range(60)]
        assert pool.deaths == []


def test_a_worker_killed_by_a_nameless_signal_is_replaced():
    with Pool(1) as pool:
        os.kill(pool.pids[0], 40)
        assert pool.map(square, [5]) == [25]


def test_a_worker_is_noticed_dead_while_a_process_of_its_own_lives_on():
    def orphans(_):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        os.kill(os.getpid(), signal.SIGKILL)

    with Pool(1, retries=0) as pool, pytest.raises(WorkerDied, match="SIGKILL"):
        pool.map(orphans, [1])


class Unpicklable(Exception):
    def __reduce__(self):
        raise TypeError("not me")


@pytest.mark.parametrize(("method", "kind"), [*((m, RuntimeError) for m in METHODS), (METHODS[0], Unpicklable)])
def test_an_initializer_that_fails_is_said_and_does_not_hang(method, kind, capfd):
    def fails():
        raise kind("no such file")

    with Pool(2, fails, start_method=method) as pool:
        for call in (lambda: pool.map(square, range(4)), lambda: pool.apply(square, (1,))):
            with pytest.raises(
                WorkerDied, match="so did 2 others: the pool's initializer raised .*no such file"
            ) as caught:
                call()
        with pytest.raises(WorkerDied):
            list(pool.imap(square, [1]))
    cause = caught.value.__cause__
    assert type(cause) is RuntimeError or "Unpicklable: no such file" in str(cause)
    assert "in fails" in str(cause.__cause__)  # with the worker's traceback
    assert method == "forkserver" or "no such file" in capfd.readouterr().err  # the server has an older stderr


def test_a_worker_is_replaced_after_maxtasksperchild():
    with Pool(1, maxtasksperchild=2) as pool:
        pids = pool.map(lambda _: os.getpid(), range(6), chunksize=1)
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 2]


def test_close_finishes_what_is_under_way_and_join_waits_for_it():
    pool = Pool(2)
    result = pool.map_async(square, range(20), chunksize=1)
    pool.close()
    pool.join()
    assert result.get(0) == [x * x for x in range(20)]
    with pytest.raises(ValueError, match="not running"):
        pool.map(square, [1])


def test_terminate_answers_whoever_waits():
    pool = Pool(1)
    result = pool.apply_async(time.sleep, (600,))
    pool.terminate()
    with pytest.raises(WorkerDied, match="ended while a task was under way"):
        result.get(30)


def leave_a_child_and_die(folder):
    """The child holds the worker's pipes until it is allowed to end."""
    if os.fork() == 0:
        while not Path(folder, "noticed").exists():
            time.sleep(0.02)
        os._exit(0)
    os._exit(3)


def until_noticed(folder):
    time.sleep(0.02)
    return Path(folder, "noticed").exists()


@pytest.mark.skipif("fork" not in METHODS, reason="Windows cannot fork")
def test_a_death_is_noticed_while_others_answer_and_a_child_of_the_dead_one_lives(tmp_path):
    with Pool(2, start_method="fork", retries=0) as pool:
        doomed = pool.apply_async(leave_a_child_and_die, (tmp_path,))
        busy = pool.imap_unordered(until_noticed, [tmp_path] * 2000)  # answers all the time, for 40 seconds
        waiter = threading.Thread(target=lambda: (doomed.wait(30), (tmp_path / "noticed").touch()))
        waiter.start()
        assert not all(next(busy) for _ in range(3))
        waiter.join()
        with pytest.raises(WorkerDied, match="exit"):
            doomed.get(0)
