"""The pool and MPI in one run: the same SyncSGD, its gradients exchanged by shared memory, Allreduce or Allgather.

"by hand" is the shortest loop of mpi4py that does the same, without timeline, history and checks. Then what a message
costs between ranks of this machine, and what the two ways to exchange gradients cost with more and more ranks, beside
the α–β model of a ring, whose α and β are those of the messages. With more ranks than cores, ranks wait for a core.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from sgdkit.look import style
from sgdkit.simulate import AlphaBeta

from .case import Case
from .driver import ROOT, Candidate, available, rounds
from .measurement import Data, Options, median, ratio, say
from .peers import missing
from .pingpong import GRADIENT
from .table import Cell, Table

POOL = "sgdkit, pool"
NAMES = (POOL, "sgdkit, MPI Allreduce", "sgdkit, MPI Allgather", "mpi4py by hand")


def candidates(workers: int) -> list[Candidate]:
    """The pool, MPI in both ways, and the loop by hand."""
    return [
        Candidate(POOL, "sgdkit", {"workers": workers}, blas=None),
        Candidate(NAMES[1], "sgdkit mpi", {"exchange": "allreduce"}, ranks=workers),
        Candidate(NAMES[2], "sgdkit mpi", {"exchange": "allgather"}, ranks=workers),
        Candidate(NAMES[3], "mpi", ranks=workers),
    ]


def measure(options: Options) -> Data:
    """Steps with 2 and 4 workers; messages and collectives with 2 to 8 ranks."""
    if reason := missing("sgdkit mpi"):
        return {"cases": [], "collectives": [], "rounds": options.rounds, "left_out": [reason]}
    found = []
    cases = [Case("ann50", batch, examples=max(4096, 4 * batch)) for batch in (64, 256, 1024, 4096)]
    cases.append(Case("cnn", 128, examples=1024))
    for case in options.some(cases, [Case("ann10", 64, examples=256)]):
        for workers in options.some((2, 4), (2,)):
            say(f"mpi_engine: {case.title}, {workers} workers")
            measured = rounds(available(candidates(workers)), case, options.rounds)
            found.append({"case": vars(case), "workers": workers, "measured": measured})
    collectives = [pingpong(ranks) for ranks in options.some((2, 4, 8), (2,))]
    return {"cases": found, "collectives": collectives, "rounds": options.rounds, "left_out": []}


def pingpong(ranks: int) -> dict[str, Any]:
    """What `benchmarks.pingpong` prints."""
    say(f"mpi_engine: messages and collectives of {ranks} ranks")
    environment = Candidate("", "mpi", ranks=ranks).environment()
    environment["OMPI_MCA_mpi_yield_when_idle"] = "1" if ranks > (os.cpu_count() or 1) else "0"
    command = ["mpiexec", "-n", str(ranks), sys.executable, "-m", "benchmarks.pingpong"]
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=300)
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def tables(data: Data) -> list[Table]:
    """Steps for each number of workers, and the collectives."""
    made = []
    for workers in dict.fromkeys(entry["workers"] for entry in data["cases"]):
        entries = [entry for entry in data["cases"] if entry["workers"] == workers]
        titles = [Case(**entry["case"]).title for entry in entries]
        table = Table(
            f"mpi-{workers}",
            f"{workers} workers, float32: milliseconds a step, and how many times as long as the pool's (×).",
            ["", *(column for title in titles for column in (title, "×"))],
        )
        for name in NAMES:
            row: list[Cell] = [name]
            for entry in entries:
                samples = entry["measured"]
                row += [median(samples[name], "step") * 1e3, ratio(samples[name], samples[POOL])]
            table.rows.append(row)
        made.append(table)
    table = Table(
        "mpi-collectives",
        f"A gradient of {GRADIENT:,} float32 numbers between all ranks of this machine: µs; the model is a ring's.",
        ["ranks", "Allreduce", "Allgather and adding", "model", "α (µs)", "β (ns a byte)"],
    )
    for told in data["collectives"] or [{}]:
        if not told:
            table.rows.append(["none", None, None, None, None, None])
            continue
        model = AlphaBeta(told["alpha"], told["beta"]).ring(told["ranks"], 4 * GRADIENT)
        table.rows.append([str(told["ranks"]), told["allreduce"] * 1e6, told["allgather"] * 1e6, model * 1e6,
                           told["alpha"] * 1e6, told["beta"] * 1e9])  # fmt: skip
    return [*made, table]


def sentences(data: Data) -> list[str]:
    """Allreduce against Allgather, and against the pool."""
    said = list(data["left_out"])
    for entry in data["cases"]:
        samples, case = entry["measured"], Case(**entry["case"])
        gather, reduce = ratio(samples[NAMES[2]], samples[NAMES[1]]), ratio(samples[NAMES[1]], samples[POOL])
        said.append(
            f"{case.title}, {entry['workers']} workers: a step with Allgather takes {gather:.2f} times as long as with "
            f"Allreduce, and that one {reduce:.2f} times as long as the pool's."
        )
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """The collectives against the number of ranks."""
    if not data["collectives"]:
        return {}
    figure, (ax,) = style.picture()
    ranks = [told["ranks"] for told in data["collectives"]]
    drawn = []
    for i, (name, key) in enumerate((("Allreduce", "allreduce"), ("Allgather and adding", "allgather"))):
        times = [told[key] * 1e6 for told in data["collectives"]]
        ax.plot(ranks, times, color=figure.theme.colour(i), ls=style.LINES[i], marker=style.MARKERS[i], ms=8, lw=2.2,
                label=name)  # fmt: skip
        drawn.append(f"{name} {', '.join(f'{t:.0f} µs with {n}' for t, n in zip(times, ranks, strict=True))}")
    ax.set_xticks(ranks)
    ax.set_ylim(bottom=0)
    style.label(ax, "ranks", "time to exchange a gradient (µs)")
    title = "Exchanging gradients between ranks of one machine"
    caption = f"{GRADIENT:,} float32 numbers. Medians."
    return {"mpi-collectives": style.words(figure, title, caption, f"{title}. {'; '.join(drawn)}.", named=ax)}
