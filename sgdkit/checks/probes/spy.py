"""Sees which process computes what, and when: it is called by the gradient that a check hands to a training loop.

Processes of every start method write to files of one folder. To learn whether the workers really compute at the
same time, the first calls wait until as many processes as there are workers are inside one, so that nothing depends
on how fast the machine is: work done one after the other never meets.
"""

# mypy: disable-error-code="no-untyped-def"

import json
import os
import shutil
import tempfile
import time

import numpy as np

_check_folder = ""
_check_workers = 1
_check_patience = 5.0


def _check_path(name):
    return os.path.join(_check_folder, name)


def _check_meet():
    """Waits for the other workers, once in the whole run."""
    if (
        not _check_folder
        or not _check_patience
        or os.path.exists(_check_path("met"))
        or os.path.exists(_check_path("parted"))
    ):
        return
    open(_check_path(f"in-{os.getpid()}"), "w").close()
    deadline = time.monotonic() + _check_patience
    while time.monotonic() < deadline:
        if sum(name.startswith("in-") for name in os.listdir(_check_folder)) >= _check_workers:
            open(_check_path("met"), "w").close()
        if os.path.exists(_check_path("met")) or os.path.exists(_check_path("parted")):
            return
        time.sleep(0.002)
    open(_check_path("parted"), "w").close()


def _check_note(w, rows, X=None):
    """Notes one computed gradient: by which process, at which w, of which rows; `X` where these are but counted."""
    if not _check_folder:
        return
    call = {"pid": os.getpid(), "time": time.time(), "w": np.asarray(w, dtype=float).ravel().tolist()}
    call["rows"] = [int(row) for row in rows]
    if X is not None:
        call["X"] = _check_inputs(X)
    with open(_check_path(f"calls-{os.getpid()}"), "a") as file:
        file.write(json.dumps(call) + "\n")


def _check_inputs(X):
    """The inputs of a few examples as lists; none where they are not numbers, one example a row."""
    try:
        X = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        return []
    return X.tolist() if X.ndim == 2 and X.size <= 1000 else []


def _check_calls():
    """All notes, in the order of time."""
    calls = []
    for name in os.listdir(_check_folder):
        if name.startswith("calls-"):
            with open(_check_path(name)) as file:
                calls += [json.loads(line) for line in file if line.endswith("\n")]
    return sorted(calls, key=lambda call: call["time"])[:2000]


def _check_refuse(*_args, **_kwargs):
    raise RuntimeError("SyncSGD is what you are asked to write here: write this one yourself")


def _check_run(function, args, kwargs):
    """Calls the student's function and adds what was seen. The kit's own trainer does not work meanwhile."""
    global _check_folder, _check_workers
    _check_folder, _check_workers = tempfile.mkdtemp(prefix="check-"), kwargs["workers"]
    trainer = _check_trainer()
    original = trainer and trainer.__init__.__code__
    try:
        if trainer:  # its code, not its name: whoever took it aside earlier meets the refusal too
            trainer.__init__.__code__ = _check_refuse.__code__
        returned = function(*args, **kwargs)
        met = os.path.exists(_check_path("met"))
        return {"returned": returned, "calls": _check_calls(), "met": met, "master": os.getpid()}
    finally:
        if trainer:
            trainer.__init__.__code__ = original
        shutil.rmtree(_check_folder, ignore_errors=True)
        _check_folder = ""


def _check_trainer():
    try:
        from sgdkit.sync import SyncSGD
    except ImportError:
        return None
    return SyncSGD
