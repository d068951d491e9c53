"""The MPI engine on real ranks: the pool's result, one's own part of the data only, and no orphan."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sgdkit import SGD, Dataset, SyncSGD
from sgdkit.data import parabola
from sgdkit.engines import PoolEngine, SerialEngine
from sgdkit.engines.scatter import cuts, own_part
from sgdkit.models import ann, lenet
from sgdkit.models import parabola as network
from sgdkit.optimizers import Adam, Newton
from tests.conftest import ROOT
from tests.notebook import gone

pytest.importorskip("mpi4py")
pytestmark = [pytest.mark.mpi, pytest.mark.timeout(300)]


def mpiexec(ranks: int, *command: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments on so many ranks, more than there are cores if need be, root or not."""
    line = ["mpiexec", "-n", str(ranks), sys.executable, *map(str, command)]
    return subprocess.run(
        line, capture_output=True, text=True, cwd=cwd, env=environment(), timeout=200, encoding="utf-8"
    )


def environment() -> dict[str, str]:
    open_mpi = {"ALLOW_RUN_AS_ROOT": "1", "ALLOW_RUN_AS_ROOT_CONFIRM": "1", "MCA_rmaps_base_oversubscribe": "1"}
    return os.environ | {f"OMPI_{name}": value for name, value in open_mpi.items()} | {"PYTHONPATH": str(ROOT)}


def some_data(n: int = 121) -> Dataset:
    rng = np.random.default_rng(3)
    return Dataset(rng.random((n, 784)), np.eye(10)[rng.integers(0, 10, n)], "random")


def scattered(indices, workers):
    return [indices[worker::workers][::-1] for worker in range(workers)]


CASES = {
    "ann": (lambda: ann(10), some_data, lambda: SGD(0.01), {"batch_size": 32, "lam": 1.0}),
    "split otherwise": (lambda: ann(10), some_data, lambda: SGD(0.01), {"batch_size": 32, "split": scattered}),
    "few examples": (lambda: ann(10), lambda: some_data(5), lambda: SGD(0.01), {"batch_size": 2}),
    "dropout": (lenet, lambda: some_data(40), lambda: SGD(0.01), {"batch_size": 16}),
    "adam": (network, lambda: parabola().train, lambda: Adam(0.01), {"batch_size": 9, "lam": 0.1}),
    "newton": (network, lambda: parabola().train, lambda: Newton(1.0), {"batch_size": 25, "lam": 0.1}),
}

SAME = """
import sys
from pathlib import Path
import numpy as np
from mpi4py import MPI
from sgdkit import SyncSGD
from sgdkit.engines.mpi import MPIEngine
from sgdkit.engines.scatter import Part, scatter
from tests.engines.test_mpi import CASES

comm = MPI.COMM_WORLD
found = {}
for exchange in ("allreduce", "allgather"):
    for name, (make, data, optimizer, settings) in CASES.items():
        whole = data() if comm.rank == 0 else None
        part = scatter(whole, comm, chunk=10_000)
        assert isinstance(part, Part) and part.X.base is None and len(part.X) <= -(-len(part) // comm.size)
        with SyncSGD(make(), optimizer(), engine=MPIEngine(exchange), **settings) as trainer:
            run = trainer.fit(part, epochs=2, progress=False)
        everybodys = comm.gather(run.w, root=0)
        if comm.rank == 0:
            assert all(np.array_equal(w, run.w) for w in everybodys), "the ranks' w differ"
            found |= {f"{exchange}/{name}/w": run.w, f"{exchange}/{name}/loss": run.loss}
            found |= {f"{exchange}/{name}/epochs": [record.loss for record in run.epochs]}
            found |= {f"{exchange}/{name}/begin": run.timeline.begin, f"{exchange}/{name}/end": run.timeline.end}
            found |= {f"{exchange}/{name}/cpu": run.timeline.cpu_seconds}
            found |= {f"{exchange}/{name}/efficiency": run.timeline.efficiency()}
if comm.rank == 0:
    np.savez(sys.argv[1], **found)
"""


@pytest.fixture(scope="module", params=[2, 4])
def by_ranks(request, tmp_path_factory) -> dict[str, np.ndarray]:
    """What so many ranks found."""
    where = tmp_path_factory.mktemp("ranks") / "found.npz"
    done = mpiexec(request.param, "-c", SAME, where)
    assert done.returncode == 0 and done.stdout == "", done.stderr
    with np.load(where) as file:
        return dict(file) | {"ranks": np.array(request.param)}


@pytest.mark.parametrize("exchange", ["allreduce", "allgather"])
@pytest.mark.parametrize("case", CASES)
def test_the_result_is_that_of_the_other_engines(by_ranks, case, exchange):
    make, data, optimizer, settings = CASES[case]
    engine = PoolEngine(3) if case == "ann" else SerialEngine(3)
    with SyncSGD(make(), optimizer(), engine=engine, **settings) as trainer:
        run = trainer.fit(data(), epochs=2, progress=False)
    engine.close()
    tolerance = 1e-9 if case == "newton" else 1e-12  # conjugate gradients magnify rounding
    w, loss = by_ranks[f"{exchange}/{case}/w"], by_ranks[f"{exchange}/{case}/loss"]
    assert np.max(np.abs(w - run.w)) <= tolerance * np.max(np.abs(run.w))
    assert np.allclose(loss, run.loss, rtol=tolerance, atol=0)
    assert np.allclose(by_ranks[f"{exchange}/{case}/epochs"], [record.loss for record in run.epochs], rtol=tolerance)


def test_the_timeline_has_a_column_for_each_rank(by_ranks):
    begin, end = by_ranks["allreduce/ann/begin"], by_ranks["allreduce/ann/end"]
    ranks = int(by_ranks["ranks"])
    assert begin.shape == (8, ranks) and (end >= begin).all() and np.isfinite(end).all()
    few = by_ranks["allgather/few examples/begin"]
    assert np.isnan(few).any()  # 2 examples are of 2 ranks at most, now and then of one
    assert by_ranks["allreduce/ann/cpu"].shape == (ranks,)
    assert 0.0 < by_ranks["allreduce/ann/efficiency"] <= 1.05


RUN = """
import json, os, sys, time
import numpy as np
from mpi4py import MPI
from sgdkit import SGD, SyncSGD
from sgdkit.data import parabola
from sgdkit.models import parabola as network
comm = MPI.COMM_WORLD
how = sys.argv[1]

def gradient(w, X, Y):
    if how == "everywhere" or (how == "one" and comm.rank == 1 and w[0] < 1):
        raise LookupError("on purpose")
    return np.ones(w.size) * len(X)

def tell(step):
    if step.step == 3:
        pids = comm.gather(os.getpid(), root=0)
        if comm.rank == 0:
            print(json.dumps(pids), flush=True)
    if how == "callback" and step.step == 5 and comm.rank == 0:
        raise LookupError("on purpose")

with SyncSGD(network(), SGD(1e-3), engine="mpi", gradient=gradient, batch_size=5) as trainer:
    trainer.fit(parabola().train, epochs=10**7, w0=np.full(16, 1.02), callback=tell)
"""


@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("how", ["one", "everywhere", "callback", "killed", "interrupted"])
def test_a_rank_that_fails_ends_all_with_one_message(how, ranks, tmp_path):
    with open(tmp_path / "errors", "w") as errors:
        master = subprocess.Popen(
            ["mpiexec", "-n", str(ranks), sys.executable, "-c", RUN, how],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=environment(), cwd=ROOT,
        )  # fmt: skip
    assert master.stdout is not None
    first = master.stdout.readline()
    pids = json.loads(first) if first else []
    if how == "killed":
        os.kill(pids[-1], getattr(signal, "SIGKILL", signal.SIGTERM))
    if how == "interrupted":  # one of them only, as a batch system may do
        os.kill(pids[-1], signal.SIGINT)
    assert master.wait(100) != 0
    master.stdout.close()
    told = (tmp_path / "errors").read_text(encoding="utf-8")
    assert (how == "everywhere") == (not pids) and gone(pids)
    if how == "killed":
        assert "signal 9" in told
    elif how == "interrupted":
        assert told.count("failed (KeyboardInterrupt: interrupted), which ends all ranks.") == 1
        assert f"rank {ranks - 1} of {ranks} on " in told and "Traceback" not in told
    else:
        assert told.count("LookupError: on purpose), which ends all ranks.") == 1
        who = {"one": 1, "everywhere": 0, "callback": 0}[how]
        assert f"rank {who} of {ranks} on " in told
        assert told.count("Traceback") == 1


UNREADABLE = """
import sys
from pathlib import Path
from mpi4py import MPI
from sgdkit.engines.mpi_checkpoint import MPICheckpoint

def refuse(self):
    raise PermissionError("on purpose")

Path.read_bytes = refuse
try:
    MPICheckpoint(sys.argv[1], 50, MPI.COMM_WORLD)._file()
except OSError as error:
    print(f"{error}", flush=True)
"""


def test_a_checkpoint_that_rank_0_cannot_read_is_an_error_on_every_rank(tmp_path):
    done = mpiexec(2, "-c", UNREADABLE, tmp_path / "run.npz")
    assert done.returncode == 0 and done.stdout.count("on purpose") == 2


TRAIN = ("-m", "sgdkit", "train", "--model", "parabola", "--batch-size", 8, "--lr", 0.03, "--optimizer", "momentum")


def test_the_command_trains_on_ranks_and_goes_on_with_another_number_of_them(tmp_path):
    more = ("--engine", "mpi", "--checkpoint", tmp_path / "run.npz", "--out", tmp_path / "out")
    first = mpiexec(4, *TRAIN, "--epochs", 3, "--mpi", "allgather", *more)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count("number of workers") == 1 and re.search("gradients exchanged by +allgather", first.stdout)
    told = json.loads((tmp_path / "out" / "settings.json").read_text(encoding="utf-8"))
    assert told["engine"] == "mpi" and told["workers"] == 4 and told["exchange"] == "allgather"
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {"w.npy", "loss_contour.png", "timeline.png"}
    second = mpiexec(2, *TRAIN, "--epochs", 6, *more)
    assert second.returncode == 0, second.stderr
    third = subprocess.run(
        [sys.executable, *map(str, TRAIN), "--epochs", "6", "--out", str(tmp_path / "alone"), "--engine", "serial"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert third.returncode == 0, third.stderr
    w, alone = (np.load(tmp_path / name / "w.npy") for name in ("out", "alone"))
    assert np.max(np.abs(w - alone)) < 1e-12 * np.max(np.abs(alone))
    assert len((tmp_path / "out" / "steps.csv").read_text().splitlines()) == 1 + 6 * 7


ONLY_RANK_0 = """
import sys
from mpi4py import MPI
import sgdkit.cli.choices as choices
from sgdkit.cli import main
load = choices.DATA["digits"]

def guarded(dtype):
    assert MPI.COMM_WORLD.rank == 0, "another rank loads the data"
    return load(dtype)

choices.DATA["digits"] = guarded
sys.exit(main(["train", "--engine", "mpi", "--hidden", "10", "--epochs", "1", "--out", sys.argv[1]]))
"""


def test_only_rank_0_reads_the_data(tmp_path):
    done = mpiexec(2, "-c", ONLY_RANK_0, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lr", "nan"), "--lr is nan: give a positive number"),
        (("--engine", "mpi", "--out", "/dev/null"), "--out is /dev/null, which is a file: give a folder."),
        (("--engine", "mpi", "--checkpoint", "no/such/run.npz"), "the checkpoint's folder no/such does not exist"),
        ((), "2 processes were started by mpiexec, but --engine is pool: add --engine mpi."),
    ],
)
def test_what_is_refused_is_refused_once(arguments, words, tmp_path):
    done = mpiexec(2, *TRAIN, "--out", tmp_path / "out", *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("python -m sgdkit train: ") == 1 and words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("examples", "ranks"), [(10, 3), (3, 3), (7, 1), (1000, 64)])
def test_parts_are_consecutive_even_and_complete(examples, ranks):
    data = Dataset(np.arange(2.0 * examples).reshape(-1, 2), np.ones((examples, 1)), "numbers")
    ends = cuts(examples, ranks)
    parts = [own_part(data, rank, ranks) for rank in range(ranks)]
    assert np.array_equal(np.concatenate([part.X for part in parts]), data.X)
    assert [part.first for part in parts] == ends[:-1].tolist() and ends[-1] == examples
    assert {len(part) for part in parts} == {examples}
    assert max(len(part.X) for part in parts) - min(len(part.X) for part in parts) <= 1


def test_fewer_examples_than_ranks_are_refused():
    data = Dataset(np.ones((2, 1)), np.ones((2, 1)), "two")
    with pytest.raises(ValueError, match="2 examples are too few for 3 ranks: start at most 2"):
        own_part(data, 0, 3)
