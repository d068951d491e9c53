"""What all tests share: the folder of the repository, and which tests cannot run on this machine."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from sgdkit import Pool

ROOT = Path(__file__).resolve().parent.parent

# A shared machine is slow now and then: a law that takes long is still a law. Continuous checks try the same examples
# every time, so that a change is judged by what it changed; elsewhere they are new ones.
settings.register_profile("sgdkit", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("sgdkit")

# What a shell starts in the background ignores Ctrl-C, and so would every process that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Marker -> (programs of which one must be on PATH, what to install).
NEEDS = {
    "browser": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "mpi": (("mpiexec",), "openmpi-bin"),
    "sandbox": (("bwrap",), "bubblewrap"),
}


# The files that take minutes begin first, so that no process is left alone with one of them in the end.
SLOW = (
    "repository/test_readme.py",
    "autograde/test_corpus.py",
    "autograde/jobs/test_recorder.py",
    "autograde/release/test_build.py",
    "checks/test_grader.py",
    "solutions/test_syncsgd.py",
    "browser/test_playground.py",
    "engines/test_mpi.py",
    "autograde/jobs/test_cluster.py",
    "cli/test_train.py",
    "benchmarks/test_measurements.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first; skip, with the reason, tests marked as needing a program that is not installed."""
    order = {ROOT / "tests" / name: place for place, name in enumerate(SLOW)}
    items.sort(key=lambda item: order.get(item.path, len(order)))
    for marker, (programs, package) in NEEDS.items():
        if any(shutil.which(program) for program in programs):
            continue
        reason = f"needs {' or '.join(programs)}, which is not installed (Debian: apt install {package})"
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="module", params=multiprocessing.get_all_start_methods())
def pool(request):
    """A pool of two workers, with every start method of this system by turns."""
    with Pool(2, start_method=request.param) as pool:
        yield pool
