"""Ctrl-C while an engine is being opened leaves neither shared memory nor a worker that waits for orders."""

from __future__ import annotations

import linecache
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory

import pytest

from sgdkit import SyncSGD
from sgdkit.data import parabola
from sgdkit.engines import PoolEngine, memory, pool
from sgdkit.models import parabola as network

OPENING = {"open", "pool", "_begin", "_should_pin", "__init__", "_add", "_create", "_taken_out"}


@contextmanager
def interrupted_at(number: int) -> Iterator[None]:
    """A KeyboardInterrupt when so many of the lines that open an engine have been reached, each counted once.

    Lines that only begin or end a block are left out: a Ctrl-C comes after a call, and they make none.
    """
    lines: set[tuple[str, int]] = set()
    master, before = os.getpid(), sys.gettrace()

    def trace(frame, event, argument):
        ours = frame.f_code.co_filename in (pool.__file__, memory.__file__) and frame.f_code.co_name in OPENING
        return each if ours else None

    def each(frame, event, argument):
        line = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and line not in lines and not linecache.getline(*line).strip().startswith(("with ", "try:")):
            lines.add(line)
            if len(lines) == number and os.getpid() == master:
                raise KeyboardInterrupt
        return each

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="so many pools take minutes where each worker must import first")
def test_ctrl_c_at_any_line_of_opening_leaves_nothing(monkeypatch):
    names = []

    class Noted(SharedMemory):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **settings)
            names.append(self.name)

    monkeypatch.setattr(memory, "SharedMemory", Noted)
    children = set(multiprocessing.active_children())
    number, run, engine = 0, None, PoolEngine(2, "fork")
    while run is None or run.interrupted:
        number += 1
        with interrupted_at(number), SyncSGD(network(), engine=engine) as trainer:
            run = trainer.fit(parabola().train, progress=False)
        if run.interrupted:
            assert run.steps == 0 and engine.pids == [], number
            assert set(multiprocessing.active_children()) <= children, number
        while names:
            with pytest.raises(FileNotFoundError):
                SharedMemory(names.pop())
    engine.close()
    assert run.steps == 1 and number > 40
