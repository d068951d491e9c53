"""Forward and backward pass of the ANN, the CNN and LeNet on one thread, side by side with torch.

    python benchmarks/networks.py [--rounds 9] [--clock wall]

Every round measures all competitors one after the other, so that a slow second of the machine hits them alike; the
table gives medians over the rounds, and their ratio, below 1 where sgdkit is faster. The clock is the processor's
(everything here is one thread), so that other work on the machine disturbs less, or the wall's. Everything is measured
twice, in two processes: in the environment as it is, and without OPENBLAS_CORETYPE, which may hold numpy below what
the processor can do. Where torch is missing only the columns of sgdkit are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
CLOCKS = {"processor": time.process_time, "wall": time.perf_counter}
CASES = [
    ("ann", 64, "float32"),
    ("ann", 256, "float32"),
    ("ann", 1024, "float32"),
    ("ann", 4096, "float32"),
    ("ann", 1024, "float64"),
    ("cnn", 16, "float32"),
    ("cnn", 32, "float32"),
    ("cnn", 128, "float32"),
    ("cnn", 512, "float32"),
    ("cnn", 128, "float64"),
    ("lenet", 128, "float32"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--clock", choices=CLOCKS, default="processor")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps([measure(*case, arguments.rounds, CLOCKS[arguments.clock]) for case in CASES]))
        return
    as_it_is = {**os.environ, **ONE_THREAD}
    print(f"{platform.machine()}, Python {platform.python_version()}, one thread", end=", ")
    print(f"{arguments.rounds} rounds, {arguments.clock} time")
    options = ["--rounds", str(arguments.rounds), "--clock", arguments.clock]
    core = os.environ.get("OPENBLAS_CORETYPE")
    print_table(f"OPENBLAS_CORETYPE={core}" if core else "OPENBLAS_CORETYPE unset", run(as_it_is, options))
    if core:
        free = {name: value for name, value in as_it_is.items() if name != "OPENBLAS_CORETYPE"}
        print_table("OPENBLAS_CORETYPE unset", run(free, options))


def run(environment: dict[str, str], options: list[str]) -> list[dict[str, Any]]:
    """The measurements, in a process of its own, because BLAS reads its environment when numpy is imported."""
    root = str(Path(__file__).resolve().parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    command = [sys.executable, __file__, "--measure", *options]
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(result.stdout)


def print_table(title: str, rows: list[dict[str, Any]]) -> None:
    """One line a case, times in milliseconds for one loss and gradient of the whole batch."""
    print(f"\n{title}; milliseconds for one loss and gradient")
    with_torch = any("torch" in row for row in rows)
    heads = ["network", "batch", "dtype", "sgdkit", "checked", "buffers MB", "H v"]
    heads += ["torch", "channels_last", "sgdkit/torch", "sgdkit/channels_last"] if with_torch else []
    print(" | ".join(heads))
    for row in rows:
        cells = [row["network"], str(row["batch"]), row["dtype"]]
        cells += [f"{row['sgdkit']:.3f}", f"{row['checked']:.3f}", f"{row['buffers']:.1f}", f"{row['Hv']:.3f}"]
        if with_torch:
            peers = [row["torch"], row.get("channels_last")]
            cells += [f"{peer:.3f}" if peer else "" for peer in peers]
            cells += [f"{row['sgdkit'] / peer:.2f}" if peer else "" for peer in peers]
        print(" | ".join(cell.rjust(len(head)) for cell, head in zip(cells, heads, strict=True)))
    if not with_torch:
        print("torch is not installed here: nothing to compare with.")


def measure(name: str, batch: int, dtype: str, rounds: int, clock: Callable[[], float]) -> dict[str, Any]:
    """Medians for one network and batch size, in milliseconds."""
    import numpy as np

    from sgdkit.models import ann, cnn, lenet

    network = {"ann": lambda: ann(50), "cnn": cnn, "lenet": lenet}[name]()
    rng = np.random.default_rng(0)
    w = network.init(0, dtype)
    X = rng.random((batch, 784)).astype(dtype)
    Y = np.eye(10, dtype=dtype)[rng.integers(0, 10, batch)]
    out = np.empty_like(w)
    competitors: dict[str, Callable[[], object]] = {
        "sgdkit": lambda: network.loss_and_gradient(w, X, Y, out, check=False),
        "checked": lambda: network.loss_and_gradient(w, X, Y, out),
    }
    competitors |= torch_competitors(name, X, Y)
    network.loss_and_gradient(w, X, Y)
    buffers = network.buffer_bytes() / 1e6
    row = medians(competitors, rounds, clock)
    row |= medians({"Hv": lambda: network.hessian_vector(w, X, Y, w)}, max(3, rounds // 3), clock)
    return {"network": name, "batch": batch, "dtype": dtype, "buffers": buffers, **row}


def medians(competitors: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """The median time of each, in milliseconds, measured in turns; a turn lasts some 20 milliseconds at least."""
    repeats = {}
    for name, call in competitors.items():
        call()
        start = clock()
        call()
        repeats[name] = max(1, int(0.02 / (clock() - start)))
    times: dict[str, list[float]] = {name: [] for name in competitors}
    for _ in range(rounds):
        for name, call in competitors.items():
            start = clock()
            for _ in range(repeats[name]):
                call()
            times[name].append((clock() - start) / repeats[name])
    return {name: 1000 * statistics.median(values) for name, values in times.items()}


def torch_competitors(name: str, X: Any, Y: Any) -> dict[str, Callable[[], object]]:
    """The same network in torch, in its default layout and, with convolutions, in channels_last; {} without torch."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    nn = torch.nn
    layers = {
        "ann": lambda: [nn.Linear(784, 50), nn.Tanh(), nn.Linear(50, 10, bias=False)],
        "cnn": lambda: [
            *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(1568, 10)),
        ],
        "lenet": lambda: [
            *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, 10)),
        ],
    }[name]
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    images = name != "ann"

    def competitor(memory_format: Any) -> Callable[[], object]:
        network = nn.Sequential(*layers()).to(x.dtype)
        inputs = x.reshape(-1, 1, 28, 28) if images else x
        if images:
            network, inputs = network.to(memory_format=memory_format), inputs.to(memory_format=memory_format)

        def call() -> None:
            network.zero_grad()
            outputs = network(inputs)
            if images:
                nn.functional.cross_entropy(outputs, y, reduction="sum").backward()
            else:
                (0.5 * ((outputs - y) ** 2).sum()).backward()

        return call

    found = {"torch": competitor(torch.contiguous_format)}
    if images:
        found["channels_last"] = competitor(torch.channels_last)
    return found


if __name__ == "__main__":
    main()
