"""However a run ends, no process, shared-memory segment or semaphore of it is left."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.notebook import gone

SCRIPT = """
import json, os, signal, sys
import numpy as np
from sgdkit import SGD, SyncSGD
from sgdkit.data import parabola
from sgdkit.engines import PoolEngine
from sgdkit.models import parabola as network

ending, method = sys.argv[1:]
engine = PoolEngine(2, method)

def tell(step):
    if step.step == 5:
        names = [engine._memory.name] + [s._semlock.name for s in [*engine._signals.go, *engine._signals.done]]
        print(json.dumps({"pids": engine.pool.pids, "names": [n for n in names if n]}), flush=True)
        if ending == "worker killed":
            os.kill(engine.pool.pids[0], signal.SIGKILL)
    return ending in ("success", "worker killed") and step.step == 20

def gradient(w, X, Y):
    if ending == "exception" and w[0] > 100.5:
        raise LookupError("on purpose")
    return np.full(w.size, -1.0 * len(X))

w0 = np.full(network().size, 100.0)
if __name__ == "__main__":
    with SyncSGD(network(), SGD(lr=0.01), engine=engine, gradient=gradient, batch_size=5) as trainer:
        run = trainer.fit(parabola().train, epochs=10**6, w0=w0, callback=tell, progress=False)
    engine.close()
    print("steps", run.steps, "interrupted", run.interrupted)
"""


def left_in_shared_memory(names: list[str]) -> list[str]:
    """Those of the segments and semaphores that can still be seen (Linux shows them as files)."""
    files = [Path("/dev/shm") / name.lstrip("/") for name in names]
    files += [Path("/dev/shm") / f"sem.{name.lstrip('/')}" for name in names]
    return [str(file) for file in files if file.exists()]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="shared memory is visible as files on Linux only")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("ending", ["success", "exception", "Ctrl-C", "worker killed", "master killed"])
def test_nothing_is_left_after(ending, method, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    with open(tmp_path / "errors", "w") as errors:
        master = subprocess.Popen(
            [sys.executable, script, ending, method], stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert master.stdout is not None
    told = json.loads(master.stdout.readline())
    if ending == "Ctrl-C":
        os.kill(master.pid, signal.SIGINT)
    if ending == "master killed":
        master.kill()
    rest = master.stdout.read()
    code = master.wait(60)
    master.stdout.close()
    error = (tmp_path / "errors").read_text()

    assert len(told["pids"]) == 2 and told["names"]
    assert gone(told["pids"])
    end = time.monotonic() + 10
    while (left := left_in_shared_memory(told["names"])) and time.monotonic() < end:
        time.sleep(0.05)  # after SIGKILL it is Python's resource tracker that tidies up
    assert left == []
    if ending in ("success", "worker killed"):
        assert code == 0 and rest.startswith("steps 21 ") and error == ""
    elif ending == "exception":
        assert code == 1 and "LookupError: on purpose" in error and "resource_tracker" not in error
    elif ending == "Ctrl-C":
        assert code == 0 and rest.endswith("interrupted True\n") and error == ""
