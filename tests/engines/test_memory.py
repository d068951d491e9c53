"""Named arrays in shared memory."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import time
import weakref
from multiprocessing import resource_tracker
from pathlib import Path

import numpy as np
import pytest

from sgdkit import SyncSGD, split
from sgdkit.data import parabola
from sgdkit.engines import PoolEngine
from sgdkit.engines.memory import SharedArrays
from sgdkit.models import parabola as network

LAYOUT = {"a": ((3, 2), "<f8"), "b": ((5,), "<i8")}


def test_a_second_view_sees_the_same_numbers_and_does_not_own_them(monkeypatch):
    registered = []
    register = resource_tracker.register
    memory = SharedArrays(LAYOUT)
    monkeypatch.setattr(resource_tracker, "register", lambda *args: registered.append(args))
    other = SharedArrays(LAYOUT, memory.name)
    assert registered == []  # else the tracker would say at the end that it leaked
    monkeypatch.setattr(resource_tracker, "register", register)
    memory.a[1], memory.b[:] = 7.0, np.arange(5)
    assert other.a.sum() == 14.0 and other.b.tolist() == [0, 1, 2, 3, 4]
    other.close()
    assert memory.a[1, 0] == 7.0
    memory.close()
    memory.close()
    with pytest.raises(FileNotFoundError):
        SharedArrays(LAYOUT, memory.name)


KEPT = """
import gc
from sgdkit import SyncSGD
from sgdkit.data import parabola
from sgdkit.engines.memory import SharedArrays
from sgdkit.models import parabola as network

if __name__ == "__main__":
    layout = {"g": ((2, 100_000), "<f8")}
    ours = SharedArrays(layout)
    attached, forgotten = SharedArrays(layout, ours.name), SharedArrays(layout, ours.name)
    ours.g[:] = 7.0
    rows = [ours.g[0], attached.g[1], forgotten.g[1, 5:]]
    ours.close()
    attached.close()
    del forgotten
    gc.collect()
    print([row[-1].item() for row in rows])

    seen = []

    def average(results):
        seen.extend(results)
        return sum(g for g, _ in results) / sum(n for _, n in results)

    with SyncSGD(network(), average=average, batch_size=25) as trainer:
        run = trainer.fit(parabola().train, progress=False)
    print(len(seen), all((g == g).all() for g, _ in seen))
"""


def test_whoever_keeps_an_array_after_the_end_can_read_it(tmp_path):
    """In a process of its own: reading memory that is not there any more would end the tests."""
    script = tmp_path / "kept.py"
    script.write_text(KEPT, encoding="utf-8")
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert (told.returncode, told.stdout, told.stderr) == (0, "[7.0, 7.0, 7.0]\n4 True\n", "")


def test_the_memory_is_given_back_with_the_last_array_in_it():
    memory = SharedArrays(LAYOUT)
    row, lives = memory.a[1], weakref.ref(memory.a.base)
    memory.close()
    assert lives() is not None and row.tolist() == [0.0, 0.0]
    del row
    assert lives() is None


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux shows what memory a process has")
def test_neither_the_master_nor_a_worker_keeps_the_memory_of_earlier_runs():
    names, errors = [], []

    def shards(indices, workers):
        names.extend(segment.name for segment in engine._memory._segments)
        return split(indices, workers)

    def kept() -> list[str]:
        maps = [Path(f"/proc/{pid}/maps").read_text() for pid in (os.getpid(), *engine.pids)]
        return [name for name in names for text in maps if re.search(rf"{name}\b", text)]

    def fails(w, X, Y):
        raise LookupError("on purpose")

    engine = PoolEngine(2, "fork")
    try:
        for gradient in [None] * 8 + [fails, None]:
            with SyncSGD(network(), batch_size=50, split=shards, gradient=gradient, engine=engine) as trainer:
                try:
                    trainer.fit(parabola().train, progress=False)
                except LookupError as error:
                    errors.append(error)  # as a notebook does, with all that its traceback refers to
            # A traceback keeps the w of its run, which is apart, and nothing else.
            assert kept() == (names[-1:] if gradient is fails else [])
            errors.clear()
            end = time.monotonic() + 60
            while kept() and time.monotonic() < end:  # threads of the pool that has ended may still hold the error
                gc.collect()
            assert kept() == []
    finally:
        engine.close()
    assert len(set(names)) == 20


def test_the_engines_need_no_tool_of_tests():
    command = "import sys, sgdkit.engines; print('unittest.mock' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_what_is_not_in_the_layout_is_no_attribute():
    memory = SharedArrays(LAYOUT)
    with pytest.raises(AttributeError, match="c"):
        _ = memory.c
    memory.close()


def test_an_array_apart_keeps_nothing_but_itself():
    memory = SharedArrays(LAYOUT, apart=["b"])
    other = SharedArrays(LAYOUT, memory.name, apart=["b"])
    other.b[:] = 3
    kept, rest = memory.b, weakref.ref(memory.a.base)
    memory.close()
    other.close()
    assert rest() is None and kept.tolist() == [3] * 5
    for name in (memory.name, f"{memory.name}_b"):
        with pytest.raises(FileNotFoundError):
            SharedArrays({}, name)
