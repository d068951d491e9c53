"""How long one thread keeps the interpreter."""

from __future__ import annotations

import sys
import threading

import pytest

from sgdkit.look.playground.turns import SHORT, short_turns


def test_turns_are_short_inside_and_as_before_when_the_last_one_is_out():
    before = sys.getswitchinterval()
    inside, leave = threading.Event(), threading.Event()

    def longer():
        with short_turns():
            inside.set()
            leave.wait(60)

    other = threading.Thread(target=longer)
    with pytest.raises(LookupError), short_turns():
        other.start()
        assert inside.wait(60)
        assert sys.getswitchinterval() == pytest.approx(SHORT)
        raise LookupError
    assert sys.getswitchinterval() == pytest.approx(SHORT)  # the other one is still inside
    leave.set()
    other.join(60)
    assert sys.getswitchinterval() == pytest.approx(before)


def test_an_interval_that_is_shorter_already_stays():
    before = sys.getswitchinterval()
    sys.setswitchinterval(SHORT / 4)
    try:
        with short_turns():
            assert sys.getswitchinterval() == pytest.approx(SHORT / 4)
    finally:
        sys.setswitchinterval(before)
