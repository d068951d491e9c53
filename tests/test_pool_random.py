"""Random numbers in the workers of a sgdkit.Pool: different ones in each, the same again with a seed."""

from __future__ import annotations

import os
import random
import time

import numpy as np
import pytest

import sgdkit.shipping
import sgdkit.worker
from sgdkit import Pool


def test_each_worker_has_its_own_random_stream(pool):
    draws = pool.map(lambda _: (np.random.rand(), random.random()), range(20), chunksize=1)  # noqa: NPY002
    assert len({a for a, _ in draws}) == 20 and len({b for _, b in draws}) == 20


def test_a_seed_makes_the_random_streams_repeat():
    def draws():
        with Pool(1, seed=7) as pool:
            return pool.map(lambda _: np.random.rand(), range(3))  # noqa: NPY002

    assert draws() == draws()


RANDOM = {
    "Generator": np.random.default_rng,
    "another Generator": lambda seed: np.random.Generator(np.random.Philox(seed)),
    "RandomState": np.random.RandomState,
    "Random": random.Random,
}


def meet(folder):
    """In a task: waits until two workers have come here, so that one does not do all the work."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < 2:
        time.sleep(0.001)


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_a_generator_that_a_function_brings_along_is_another_one_in_each_worker(pool, make, tmp_path):
    rng = make(3)
    integers = getattr(rng, "integers", getattr(rng, "randint", None))  # a method brings its generator along too

    def draw(folder):
        assert type(rng) in (np.random.Generator, np.random.RandomState, random.Random)
        meet(folder)
        return rng.random(), integers(0, 10**9)

    drawn = [*pool.map(draw, [tmp_path] * 20, chunksize=1), *pool.map(draw, [tmp_path] * 20, chunksize=1)]
    assert [len(set(numbers)) for numbers in zip(*drawn, strict=True)] == [40, 40]  # also in the second call
    assert rng.random() == make(3).random()  # the master's is untouched


def test_a_worker_goes_on_with_its_generator_until_the_master_has_another_one():
    rng = np.random.default_rng(1)

    def draw(_=None):
        return rng.random()

    def draw_elsewhere():
        return rng.random()

    with Pool(1, seed=5) as pool:
        first = pool.map(draw, range(3))
        assert not {*first} & {pool.apply(draw_elsewhere), *pool.map(draw, range(3))}
        rng = np.random.default_rng(1)
        assert pool.map(draw, range(3)) == first
        rng.random()
        assert not {*first} & {*pool.map(draw, range(3))}
        rng = np.random.default_rng(2)
        assert not {*first} & {*pool.map(draw, range(3))}
    rng = np.random.default_rng(1)
    for seed, same in ((5, True), (6, False)):
        with Pool(1, seed=seed) as pool:
            assert (pool.map(draw, range(3)) == first) is same


def test_a_generator_that_is_an_argument_stays_as_it_is(pool):
    assert pool.map(lambda rng: rng.random(), [np.random.default_rng(4)] * 2) == [np.random.default_rng(4).random()] * 2


def test_what_was_imported_from_a_module_of_random_numbers_draws_from_the_workers_own_stream(pool, tmp_path):
    from random import gauss, random

    rand = np.random.rand

    def draw(folder):
        meet(folder)
        return gauss(0, 1), random(), rand()

    drawn = pool.map(draw, [tmp_path] * 20, chunksize=1)
    assert [len(set(numbers)) for numbers in zip(*drawn, strict=True)] == [20, 20, 20]


def test_a_worker_does_not_keep_generators_without_end(monkeypatch):
    monkeypatch.setattr(sgdkit.shipping, "_MOST_GENERATORS", 3)
    monkeypatch.setattr(sgdkit.shipping, "_generators", {})
    for number in range(9):
        sgdkit.shipping._own_generator(random.Random, None, number, bytes([number]))
    assert [number for number, _ in sgdkit.shipping._generators] == [6, 7, 8]
