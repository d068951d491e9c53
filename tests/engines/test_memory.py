"""Named arrays in shared memory."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing import resource_tracker

import numpy as np
import pytest

from sgdkit.engines.memory import SharedArrays

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


def test_the_engines_need_no_tool_of_tests():
    command = "import sys, sgdkit.engines; print('unittest.mock' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_what_is_not_in_the_layout_is_no_attribute():
    memory = SharedArrays(LAYOUT)
    with pytest.raises(AttributeError, match="c"):
        _ = memory.c
    memory.close()
