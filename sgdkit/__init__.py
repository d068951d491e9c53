"""Synchronous SGD on several processes, small enough to read in an afternoon.

Start with `sync.py`, which is the loop of the lecture; then `models`, `optimizers`, `engines` and `pool`.
"""

import sys

from .interrupt import leave_quietly

if sys.argv[:1] == ["-m"]:  # python -m sgdkit is being started; sgdkit/__main__.py takes Ctrl-C over from here
    leave_quietly()

from .data import Dataset, DataUnavailable, Split, digits, mnist
from .optimizers import SGD
from .pool import Pool, WorkerDied
from .run import Run
from .sync import SyncSGD, average, split

__all__ = [
    "SGD",
    "DataUnavailable",
    "Dataset",
    "Pool",
    "Run",
    "Split",
    "SyncSGD",
    "WorkerDied",
    "average",
    "digits",
    "mnist",
    "split",
]
