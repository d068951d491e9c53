"""How much CPU time another process has used."""

from __future__ import annotations

import contextlib
import sys
import time

import psutil


def cpu_time(pid: int) -> float | None:
    """The seconds of user and system time that a process has used so far; None if it is not there any more."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            # What psutil reads there counts in hundredths of a second; this is the clock of clock_getcpuclockid(3).
            return time.clock_gettime(~pid << 3 | 2)
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return float(times.user + times.system)
