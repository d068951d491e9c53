"""What the workers of a sgdkit.Pool begin with (signals, BLAS threads, initializers), and how they raise."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import sgdkit.shipping
import sgdkit.worker
from sgdkit import Pool


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="there are no masks of signals")
def test_what_a_worker_starts_hears_ctrl_c_again(pool):
    assert signal.SIGINT not in pool.apply(signal.pthread_sigmask, (signal.SIG_BLOCK, []))
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_workers_have_one_blas_thread(pool):
    def threads(_):
        np.ones((100, 100)) @ np.ones((100, 100))
        return [library["num_threads"] for library in threadpool_info()]

    assert {n for counts in pool.map(threads, range(4)) for n in counts} == {1}


def test_an_initializer_from_a_closure_runs_in_every_worker(pool):
    method = pool._ctx.get_start_method()
    greeting = {"text": "hello"}

    def greet(name):
        os.environ["GREETING"] = f"{greeting['text']} {name}"

    with Pool(2, greet, ("you",), start_method=method) as greeted:
        assert set(greeted.map(lambda _: os.environ["GREETING"], range(4))) == {"hello you"}


class Watched:
    """Counts how often one of its kind is pickled; each is some 30 kB."""

    pickled = 0

    def __reduce__(self):
        Watched.pickled += 1
        return bytes, (bytes(30_000),)


watched = [Watched() for _ in range(1000)]


def looks_at_much():
    assert len(watched) == 1000


def test_an_initializer_of_a_module_costs_no_pickling_of_what_it_uses(monkeypatch):
    monkeypatch.setattr(Watched, "pickled", 0)
    sgdkit.worker._initialise(looks_at_much, ())
    assert Watched.pickled == 0


def test_an_initializer_of_a_notebook_costs_little_however_big_its_globals_are(monkeypatch):
    monkeypatch.setattr(Watched, "pickled", 0)
    monkeypatch.setattr(sgdkit.worker, "_kept", {})
    space = {"__name__": "__main__", "many": watched, "small": {}, "big": np.zeros(10**6), "other": np.zeros(10**6)}
    exec("def fill(): small['X'] = len(many); big[:] = 1 + other", space)
    sgdkit.worker._initialise(space["fill"], ())
    assert sgdkit.worker._kept.keys() == {"small", "big"}
    assert 0 < Watched.pickled < 100


class TwoWords(Exception):
    """Pickles, and cannot be made again: args holds one word only."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


class Locked(Exception):
    """Cannot be pickled."""

    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


def raises_two_words(_):
    raise TwoWords("learning", "rate")


def raises_locked(_):
    raise Locked("door closed")


@pytest.mark.parametrize(
    ("function", "text"),
    [(raises_two_words, r"TwoWords: learning rate \("), (raises_locked, r"Locked: door closed \(")],
)
def test_an_exception_that_cannot_be_pickled_keeps_its_name_message_and_traceback(pool, function, text):
    for call in (pool.map, lambda f, x: list(pool.imap(f, x))):
        with pytest.raises(multiprocessing.pool.MaybeEncodingError, match=text) as caught:
            call(function, [1])
        assert f"in {function.__name__}" in str(caught.value.__cause__)
