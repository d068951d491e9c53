"""Ctrl-C and the stop button: the first press ends a run between two steps, the next one interrupts."""

from __future__ import annotations

import signal
import time

import pytest

from sgdkit.interrupt import StopButton


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_press_is_noted_and_the_second_interrupts():
    with StopButton() as stop:
        press()
        assert stop.pressed
        with pytest.raises(KeyboardInterrupt):
            press()


def test_a_step_that_takes_too_long_is_interrupted_by_a_signal(monkeypatch):
    monkeypatch.setattr(StopButton, "PATIENCE", 0.01)
    with StopButton(), pytest.raises(KeyboardInterrupt):
        press()
        time.sleep(60)  # the signal ends it


def test_when_the_steps_have_ended_nothing_waits_for_them_any_more():
    with StopButton() as stop:
        press()
        timer = stop._timer
        stop.rest()
        assert timer is not None and timer.finished.is_set()  # cancelled
        stop._ring()  # it had rung just before: its signal comes while the engine tidies up
        with pytest.raises(KeyboardInterrupt):
            press()  # but somebody who presses again means it


def test_a_press_after_the_last_step_starts_no_waiting():
    with StopButton() as stop:
        stop.rest()
        press()
        assert stop.pressed and stop._timer is None
