"""However a run ends, no process, shared-memory segment or semaphore of it is left."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.engines.leftovers import nothing_is_left

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
        names = [segment.name for segment in engine._memory._segments]
        names += [s._semlock.name for s in [*engine._signals.go, engine._signals.done]]
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
    deaths = len(engine.pool.deaths)
    engine.close()
    print("steps", run.steps, "interrupted", run.interrupted, "deaths", deaths)
"""


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="shared memory is visible as files on Linux only")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("ending", ["success", "exception", "Ctrl-C", "worker killed", "master killed"])
def test_nothing_is_left_after(ending, method, tmp_path):
    told = nothing_is_left(SCRIPT, ending, [method], 2, tmp_path)
    if told:
        assert told.endswith(f"deaths {int(ending == 'worker killed')}\n")
