"""``python -m sgdkit``: train a network from the command line."""

import os
import signal
import sys
from types import FrameType

from .cli import INTERRUPTED, main, ranks

TERMINATED = 143  # what a shell reports for a program that SIGTERM has ended


def run() -> int:
    """The program; its exit code. SIGTERM is a Ctrl-C with an exit code of its own."""
    terminated = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal terminated
        terminated = True
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    if ranks.started() == 1:  # mpiexec ends its ranks with SIGTERM: they have nobody left to compute with
        signal.signal(signal.SIGTERM, stop)
        if hasattr(os, "register_at_fork"):  # the workers end at once
            os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    try:
        code = main()
    except KeyboardInterrupt:  # once more, while the first was being dealt with
        code = INTERRUPTED
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Python is about to end, and would show where it was
    return TERMINATED if terminated and code == INTERRUPTED else code


if __name__ == "__main__":
    sys.exit(run())
