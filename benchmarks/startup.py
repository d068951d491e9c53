"""How long a pool of 2 workers takes to start, by start method: the kit's Pool and the plain one, numpy imported.

From calling the constructor until two tasks have been answered. Each is measured in a new interpreter: the first
pool there, and a second one (under forkserver the first one also starts the server).
"""

from __future__ import annotations

import json
import multiprocessing
import random
import subprocess
import sys
import time
from typing import Any

import numpy as np

from sgdkit.look import style

from .driver import ROOT
from .measurement import Data, Options, median, say
from .table import Table

KINDS = ("sgdkit.Pool", "multiprocessing.Pool")


def square(x: float) -> float:
    """A task that needs numpy in the worker."""
    return float(np.square(x))


def probe(kind: str, method: str) -> dict[str, float]:
    """Seconds of the first and of the second pool in this interpreter."""
    import sgdkit

    context = multiprocessing.get_context(method)
    seconds = []
    for _ in range(2):
        begin = time.perf_counter()
        pool: Any = sgdkit.Pool(2, context=context) if kind == "sgdkit.Pool" else context.Pool(2)
        with pool:
            pool.map(square, [1.0, 2.0], chunksize=1)
            seconds.append(time.perf_counter() - begin)
    return {"first": seconds[0], "second": seconds[1]}


def measure(options: Options) -> Data:
    """Every start method that exists here with both pools, in a new order each round."""
    found: dict[str, list[dict[str, float]]] = {}
    jobs = [(kind, method) for kind in KINDS for method in multiprocessing.get_all_start_methods()]
    for number in range(options.rounds):
        say(f"startup: round {number + 1} of {options.rounds}")
        random.Random(number).shuffle(jobs)
        for kind, method in jobs:
            command = [sys.executable, "-c", _CODE, kind, method]
            answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
            found.setdefault(f"{kind}, {method}", []).append(json.loads(answer.stdout))
    return {"samples": dict(sorted(found.items())), "rounds": options.rounds}


_CODE = "import json, sys; from benchmarks.startup import probe; print(json.dumps(probe(*sys.argv[1:])))"


def tables(data: Data) -> list[Table]:
    """First and second pool."""
    table = Table(
        "startup", "Start of a pool of 2 workers until both have answered: milliseconds.", ["", "first", "second"]
    )
    for name, samples in data["samples"].items():
        table.rows.append([name, median(samples, "first") * 1e3, median(samples, "second") * 1e3])
    return [table]


def sentences(data: Data) -> list[str]:
    """The kit's pool against the plain one."""
    said = []
    for name, samples in data["samples"].items():
        kind, method = name.split(", ")
        if kind == "sgdkit.Pool":
            plain = data["samples"][f"multiprocessing.Pool, {method}"]
            more = (median(samples, "second") - median(plain, "second")) * 1e3
            said.append(f"{method}: sgdkit.Pool takes {abs(more):.0f} ms {'more' if more > 0 else 'less'} to start.")
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """One bar a pool and start method."""
    names = list(data["samples"])
    figure, (ax,) = style.picture(width=style.NARROW + 1, height=0.45 * len(names) + 1.2)
    for i, which in enumerate(("first", "second")):
        values = [median(data["samples"][name], which) * 1e3 for name in names]
        places = np.arange(len(names)) + 0.2 * (2 * i - 1)
        ax.barh(places, values, 0.38, color=figure.theme.colour(i + 1), hatch=("", "//")[i], ec="white",
                label=f"{which} pool")  # fmt: skip
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    style.label(ax, "time until two tasks are answered (ms)")
    alt = "Milliseconds until the first pool has answered: "
    alt += "; ".join(f"{name} {median(s, 'first') * 1e3:.0f}" for name, s in data["samples"].items()) + "."
    caption = f"2 workers, numpy imported, medians of {data['rounds']} new interpreters."
    return {"startup": style.words(figure, "Starting a pool", caption, alt, named=ax)}
