"""sgdkit.Pool where it is used like the original, in a module."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import multiprocessing.pool
import sys
import threading
import time

import numpy as np
import pytest

from sgdkit import Pool, WorkerDied

METHODS = multiprocessing.get_all_start_methods()


def square(x):
    return x * x


def test_is_a_pool_of_multiprocessing(pool):
    assert isinstance(pool, multiprocessing.pool.Pool)


def test_map_keeps_the_order(pool):
    assert pool.map(square, range(10)) == [x * x for x in range(10)]


def test_map_of_nothing_is_empty(pool):
    assert pool.map(square, []) == []


def test_starmap_unpacks(pool):
    assert pool.starmap(pow, [(2, 3), (3, 2)]) == [8, 9]


def test_imap_keeps_the_order_and_imap_unordered_loses_nothing(pool):
    assert list(pool.imap(square, range(7))) == [x * x for x in range(7)]
    assert list(pool.imap(square, iter(range(7)), chunksize=3)) == [x * x for x in range(7)]
    assert sorted(pool.imap_unordered(square, range(7), chunksize=2)) == [x * x for x in range(7)]


@pytest.mark.parametrize("chunksize", [8 / 2, 0, -1, "2"])
def test_a_chunksize_that_is_no_number_of_items_is_refused(pool, chunksize):
    for call in (pool.map, pool.map_async, pool.starmap, pool.imap, pool.imap_unordered):
        with pytest.raises(ValueError, match="^chunksize is .*: give a whole number of at least 1"):
            call(square, [1, 2], chunksize=chunksize)


def test_no_chunksize_and_one_of_numpy_are_fine(pool):
    for chunksize in (None, np.int64(2)):
        for call in (pool.map, pool.imap, pool.imap_unordered):
            assert sorted(call(square, [1, 2, 3], chunksize=chunksize)) == [1, 4, 9]


def test_arguments_that_are_no_tuple_are_taken_or_refused_clearly(pool):
    for call in (pool.apply, pool.apply_async):
        with pytest.raises(TypeError, match=r"^args is 3: give a tuple of the function's arguments, \(x,\) for one"):
            call(square, (3))
    assert pool.apply(max, np.array([3, 5])) == 5


def test_apply_async_returns_at_once_and_calls_back(pool):
    seen = []
    result = pool.apply_async(square, (4,), callback=seen.append)
    assert result.get(30) == 16 and seen == [16]
    failed = pool.apply_async(square, ("no number",), error_callback=seen.append)
    with pytest.raises(TypeError):
        failed.get(30)
    assert isinstance(seen[1], TypeError)


def test_apply_takes_keywords(pool):
    assert pool.apply(sorted, ([3, 1, 2],), {"reverse": True}) == [3, 2, 1]


def test_a_closure_and_a_lambda_work(pool):
    offset = 5
    assert pool.map(lambda x: x + offset, [1, 2]) == [6, 7]


def test_the_function_is_the_one_of_now(pool):
    offset = 1

    def add(x):
        return x + offset

    assert pool.map(add, [1]) == [2]
    offset = 10
    assert pool.map(add, [1]) == [11]


def test_an_exception_brings_the_workers_traceback(pool):
    def half_of(x):
        return 1 / x

    with pytest.raises(ZeroDivisionError) as caught:
        pool.map(half_of, [1, 0])
    assert "half_of" in str(caught.value.__cause__)


def test_an_iterable_that_fails_is_the_callers_error(pool):
    def broken():
        yield 1
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        list(pool.imap(square, broken()))
    assert pool.map(square, [3]) == [9]


def test_an_iterable_may_wait_for_the_results_of_what_it_has_given(pool):
    answered = threading.Semaphore(1)

    def one_at_a_time():
        for x in range(8):
            assert answered.acquire(timeout=60)
            yield x

    seen = []
    for result in pool.imap(square, one_at_a_time()):
        seen.append(result)
        answered.release()
    assert seen == [x * x for x in range(8)]


def test_next_of_an_imap_takes_a_time_out_also_with_chunks(pool):
    results = pool.imap(lambda x: x if x < 3 else time.sleep(600), range(4), chunksize=3)
    assert [results.next(60) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(multiprocessing.TimeoutError):
        results.next(0.01)
    results._abandon()


def test_a_task_may_raise_multiprocessings_own_time_out(pool):
    def gives_up(_):
        raise multiprocessing.TimeoutError("too late")

    with pytest.raises(multiprocessing.TimeoutError, match="too late"):
        next(pool.imap(gives_up, [1]))


@pytest.mark.parametrize("kind", ["apply_async", "map_async", "starmap_async"])
def test_an_async_result_is_multiprocessings_own_kind(pool, kind):
    result = getattr(pool, kind)(time.sleep, [(600,)] if kind == "starmap_async" else [600])
    assert isinstance(result, multiprocessing.pool.AsyncResult)
    with pytest.raises(multiprocessing.TimeoutError):
        result.get(0.01)
    result.wait(-1)
    assert not result.ready()
    pool._dispatcher.abandon(result._job)
    with pytest.raises(WorkerDied, match="interrupted"):
        result.get()


def test_nobody_waits_longer_than_a_moment_at_a_time_because_windows_hears_ctrl_c_only_between(pool, monkeypatch):
    waits = []

    class Condition(threading.Condition):
        def wait(self, timeout=None):
            waits.append(timeout)
            return super().wait(0.01)

    go_on = threading.Event()

    def slow():
        assert go_on.wait(60)
        yield 3

    def goes_on():
        while len(waits) < 3:
            time.sleep(0.001)
        go_on.set()

    results = pool.imap(square, slow())
    monkeypatch.setattr(results._results, "_cond", Condition())
    threading.Thread(target=goes_on).start()
    assert list(results) == [9]
    assert len(waits) >= 3 and all(seconds is not None and seconds <= 0.5 for seconds in waits)


def test_an_iterable_that_keeps_one_waiting_keeps_nobody_else_waiting(pool):
    go_on = threading.Event()

    def slow():
        yield 3
        assert go_on.wait(60)
        yield 4

    results = pool.imap_unordered(square, slow())
    assert results.next(60) == 9
    assert pool.map(square, [5]) == [25] and list(pool.imap(square, [6])) == [36]
    go_on.set()
    assert list(results) == [16]


def test_an_endless_iterable_is_read_no_further_than_a_little_ahead(pool):
    read = []

    def endless():
        while True:
            read.append(len(read))
            yield read[-1]

    results = pool.imap(lambda x: x, endless())
    assert [next(results) for _ in range(20)] == list(range(20))
    results._abandon()
    assert pool.map(square, [2]) == [4]


@pytest.mark.parametrize("ends_late", [False, True])
def test_an_imap_that_was_interrupted_says_so_when_it_is_used_again(pool, ends_late):
    go_on, read = threading.Event(), threading.Event()

    def slow():
        try:
            yield from (1, 2)
            if ends_late:
                go_on.wait(60)
        finally:
            read.set()

    results = pool.imap_unordered(lambda x: x if x == 1 else time.sleep(600), slow())
    assert next(results) == 1
    results._abandon()
    with pytest.raises(WorkerDied, match="the call was interrupted"):
        results.next(60)
    go_on.set()
    assert read.wait(60) and pool.map(square, [2]) == [4]
    with pytest.raises(StopIteration):
        results.next(60)


def test_what_an_iterable_raises_needs_no_pickling(pool):
    class Unpicklable(LookupError):
        def __reduce__(self):
            raise TypeError("not me")

    def broken():
        yield 2
        raise Unpicklable("no more")

    results = pool.imap(square, broken())
    assert next(results) == 4
    with pytest.raises(Unpicklable, match="no more"):
        next(results)
    with pytest.raises(StopIteration):
        next(results)


def test_an_iterable_that_exits_is_the_callers_error_too(pool):
    def leaves():
        yield 2
        sys.exit("enough")

    with pytest.raises(SystemExit, match="enough"):
        list(pool.imap(square, leaves()))


@pytest.mark.parametrize("end", ["terminate", "abandon"])
def test_an_iterable_that_never_comes_back_does_not_keep_the_pool_from_ending(end):
    go_on, closed = threading.Event(), threading.Event()

    def blocked():
        try:
            yield 1
            go_on.wait(60)
            yield 2
        finally:
            closed.set()

    with Pool(1) as pool:
        results = pool.imap(square, blocked())
        assert next(results) == 1
        if end == "abandon":
            results._abandon()
            assert pool.map(square, [3]) == [9]
        pool.terminate()
    if end == "terminate":
        with pytest.raises(WorkerDied):
            next(results)
    go_on.set()
    assert closed.wait(60)  # and the thread that reads it has gone on to its end


def test_map_reads_a_sequence_of_ones_own_in_the_callers_thread(pool):
    readers = set()

    class Squares:
        def __len__(self):
            return 3

        def __getitem__(self, i):
            readers.add(threading.current_thread())
            if i == 3:
                raise IndexError
            return i

    assert pool.map(square, Squares()) == [0, 1, 4] and readers == {threading.current_thread()}


def test_what_cannot_be_pickled_is_said_at_once(pool):
    lock = threading.Lock()
    with pytest.raises(TypeError, match="<lambda> cannot be sent to the workers"):
        pool.map(lambda x: lock, [1])
    with pytest.raises(TypeError, match="lock"):
        pool.map(square, [lock])
    with pytest.raises(multiprocessing.pool.MaybeEncodingError):
        pool.map(lambda x: sys._getframe(), [1])
    assert pool.map(square, [3]) == [9]


def test_what_is_not_a_function_is_refused(pool):
    with pytest.raises(TypeError, match="give the pool a function"):
        pool.map(3, [1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"processes": 0}, "processes is 0: give a whole number"),
        ({"processes": 1.5}, "processes is 1.5"),
        ({"start_method": "teleport"}, "start method 'teleport' does not exist here: choose one of"),
        ({"processes": 1, "maxtasksperchild": 0}, "maxtasksperchild is 0"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        Pool(**settings)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("trouble", [LookupError, SystemExit])
def test_a_callback_that_raises_is_its_own_trouble(trouble):
    def bad(value):
        raise trouble("in the callback")

    with Pool(1) as pool:
        assert pool.apply_async(square, (3,), callback=bad).get(30) == 9
        assert pool.map_async(square, [3, 4], 1, callback=bad).get(30) == [9, 16]
        assert pool.starmap_async(pow, [(2, 3)], callback=bad).get(30) == [8]
        with pytest.raises(ZeroDivisionError):
            pool.map_async(lambda x: 1 / x, [0, 1, 0], 1, error_callback=bad).get(30)
        late = [pool.apply_async(time.sleep, (600,), error_callback=bad), pool.map_async(abs, [1], error_callback=bad)]
    for result in late:  # the pool was ended while they waited
        with pytest.raises(WorkerDied):
            result.get(30)


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_in_a_worker_is_refused_and_does_not_hang(method):
    def nested(_):
        with Pool(1) as inner:
            return inner.map(square, [1])

    with Pool(1, start_method=method) as pool, pytest.raises(AssertionError, match="may not start processes"):
        pool.map(nested, [1])


def test_imap_after_the_end_always_says_so():
    with Pool(1) as pool:
        results = pool.imap(time.sleep, [600, 600])
    for _ in range(2):
        with pytest.raises((WorkerDied, StopIteration)):
            next(results)


def test_numpy_numbers_are_numbers():
    with Pool(np.int64(1)) as pool:
        assert pool.map(square, [2]) == [4]
