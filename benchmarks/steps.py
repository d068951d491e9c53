"""Time of a step and of an epoch, against all competitors, on the ANN and the CNN, with 1 and 2 workers."""

from __future__ import annotations

import os
from itertools import product
from typing import Any

from sgdkit.look import style

from .case import Case
from .driver import Candidate, available, rounds
from .measurement import Data, Options, median, ratio, say
from .peers import PEERS, missing
from .table import Cell, Table

OURS = "sgdkit, 2 workers"
NETWORKS = {"ann10": "ANN with 10 hidden nodes", "ann50": "ANN with 50 hidden nodes", "cnn": "CNN"}
ANNS, ANN_BATCHES = ("ann10", "ann50"), (64, 256, 1024, 4096)
DRAWN = {
    OURS: OURS,
    "numpy, 1 thread": "numpy, one process",
    "pool, all pickled, 2 workers": "tutorial's Pool.map, 2 workers",
    "torch, 2 threads": "torch, 2 threads",
    "torch DDP, 2 workers": "torch DDP, 2 workers",
    "mpi4py, 2 workers": "mpi4py, 2 workers",
}


def cases(options: Options) -> list[Case]:
    """Networks and batches of the comparison, and the two in float64."""
    if options.quick:
        return [Case("ann10", 64, examples=256), Case("cnn", 16, examples=48)]
    found = [Case(network, batch, examples=max(4096, 4 * batch)) for network, batch in product(ANNS, ANN_BATCHES)]
    found += [Case("cnn", batch, examples=1024) for batch in (32, 128, 512)]
    return [*found, Case("ann50", 1024, "float64", examples=4096), Case("cnn", 128, "float64", examples=1024)]


def candidates(case: Case) -> list[Candidate]:
    """Whoever can compute the case; `blas=None` leaves the number of threads to the kit itself."""
    found = [
        Candidate(OURS, "sgdkit", {"workers": 2}, blas=None),
        Candidate("sgdkit, 1 worker", "sgdkit", {"workers": 1}, blas=None),
        Candidate("sgdkit, serial", "sgdkit", {"engine": "serial", "workers": 1}, blas=None),
        Candidate("numpy, 1 thread", "numpy"),
        Candidate("numpy, 2 threads", "numpy", blas=2),
    ]
    for peer in ("pool, all pickled", "pool, data sent once", "pool, shared memory"):
        for workers in (1, 2):
            found.append(Candidate(f"{peer}, {_workers(workers)}", peer, {"workers": workers}))
    for ranks in (1, 2):
        found.append(Candidate(f"mpi4py, {_workers(ranks)}", "mpi", ranks=ranks))
    for layout in (False, True) if case.network == "cnn" else (False,):
        named, given = (", channels_last", {"channels_last": True}) if layout else ("", {})
        for n in (1, 2):
            found.append(Candidate(f"torch, {_threads(n)}{named}", "torch", {"threads": n} | given, blas=n))
        for ranks in (2,) if layout else (1, 2):
            found.append(Candidate(f"torch DDP, {_workers(ranks)}{named}", "torch ddp", given, ranks=ranks))
    if case.network != "cnn":
        found.append(Candidate("scikit-learn partial_fit", "scikit-learn"))
    if "OPENBLAS_CORETYPE" in os.environ:
        found += [
            Candidate(f"{OURS}, native", "sgdkit", {"workers": 2}, blas=None, native=True),
            Candidate("numpy, 1 thread, native", "numpy", native=True),
        ]
    return found


def measure(options: Options) -> Data:
    """Every case with everybody, interleaved."""
    found: list[dict[str, Any]] = []
    for case in cases(options):
        say(f"steps: {case.title}")
        measured = rounds(available(candidates(case)), case, options.rounds)
        found.append({"case": vars(case), "measured": measured})
    left_out = [reason for peer in PEERS if (reason := missing(peer))]
    return {"cases": found, "rounds": options.rounds, "left_out": left_out}


def samples(data: Data, network: str, batch: int, dtype: str = "float32") -> dict[str, list[dict[str, Any]]]:
    """label -> the rounds of that case; empty if it was not measured."""
    for entry in data["cases"]:
        case = Case(**entry["case"])
        if (case.network, case.batch, case.dtype) == (network, batch, dtype):
            found: dict[str, list[dict[str, Any]]] = entry["measured"]
            return found
    return {}


def tables(data: Data) -> list[Table]:
    """One table of steps and one of epochs for each network and dtype."""
    return [
        table
        for network, dtype in dict.fromkeys((e["case"]["network"], e["case"]["dtype"]) for e in data["cases"])
        for table in (_steps(data, network, dtype), _epochs(data, network, dtype))
    ]


def _of(data: Data, network: str, dtype: str) -> list[tuple[Case, dict[str, list[dict[str, Any]]]]]:
    entries = [(Case(**entry["case"]), entry["measured"]) for entry in data["cases"]]
    return [(case, measured) for case, measured in entries if (case.network, case.dtype) == (network, dtype)]


def _steps(data: Data, network: str, dtype: str) -> Table:
    entries = _of(data, network, dtype)
    columns = [f"batch {case.batch:,}" for case, _ in entries]
    table = Table(
        f"steps-{network}-{dtype}",
        f"{NETWORKS[network]}, {dtype}: milliseconds a step, and how many times as long as {OURS} (×).",
        ["", *(column for name in columns for column in (name, "×"))],
    )
    for label in _labels(entries):
        row: list[Cell] = [label]
        for _, measured in entries:
            row += [median(measured[label], "step") * 1e3, ratio(measured[label], measured[OURS])]
        table.rows.append(row)
    return table


def _epochs(data: Data, network: str, dtype: str) -> Table:
    entries = _of(data, network, dtype)
    table = Table(
        f"epochs-{network}-{dtype}",
        f"{NETWORKS[network]}, {dtype}: milliseconds an epoch of {entries[0][0].examples:,} examples, "
        "shuffling included.",
        ["", *(f"batch {case.batch:,}" for case, _ in entries)],
    )
    for label in _labels(entries):
        table.rows.append([label, *(median(measured[label], "epoch") * 1e3 for _, measured in entries)])
    return table


def _labels(entries: list[tuple[Case, dict[str, list[dict[str, Any]]]]]) -> list[str]:
    return list(entries[0][1])


def sentences(data: Data) -> list[str]:
    """Who was left out, and what the ladder from the tutorial's pool to the kit's brings."""
    said = list(data["left_out"])
    for entry in data["cases"]:
        case, measured = Case(**entry["case"]), entry["measured"]
        if case.network == "ann50" and case.dtype == "float32":
            rungs = ["pool, all pickled", "pool, data sent once", "pool, shared memory"]
            times = [f"{median(measured[f'{rung}, 2 workers'], 'step') * 1e3:.2f} ({rung})" for rung in rungs]
            times.append(f"{median(measured[OURS], 'step') * 1e3:.2f} (workers that loop on semaphores: the kit)")
            said.append(f"{case.title}, the ladder in milliseconds a step: {', '.join(times)}.")
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """The time of a step against the batch, one picture a network."""
    drawn = {}
    for network in dict.fromkeys(entry["case"]["network"] for entry in data["cases"]):
        entries = _of(data, network, "float32")
        if not entries:
            continue
        figure, (ax,) = style.picture(width=style.NARROW + 1)
        batches = [case.batch for case, _ in entries]
        told = []
        for i, (label, name) in enumerate(DRAWN.items()):
            if all(label in measured for _, measured in entries):
                times = [median(measured[label], "step") * 1e3 for _, measured in entries]
                look = {"marker": style.MARKERS[i], "ls": style.LINES[i % 4], "lw": 3 if label == OURS else 1.8}
                ax.plot(batches, times, color=figure.theme.colour(i), ms=7, label=name, **look)
                told.append(f"{name} {times[0]:.3g} to {times[-1]:.3g}")
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xticks(batches, [f"{batch:,}" for batch in batches])
        plain_ticks(ax)
        style.label(ax, "mini-batch (examples)", "time of a step (ms)")
        alt = f"Milliseconds a step from batch {batches[0]:,} to {batches[-1]:,}: {'; '.join(told)}."
        title = f"One step of SGD, {NETWORKS[network]}"
        caption = f"float32, medians of {data['rounds']} rounds; lower is faster. Both axes are logarithmic."
        drawn[f"steps-{network}"] = style.words(figure, title, caption, alt, named=ax)
    return drawn


def plain_ticks(ax: Any) -> None:
    """Numbers like 0.5 and 20 on a logarithmic axis of times."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value)))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_minor_formatter(NullFormatter())


def _workers(number: int) -> str:
    return f"{number} worker" + "s" * (number > 1)


def _threads(number: int) -> str:
    return f"{number} thread" + "s" * (number > 1)
