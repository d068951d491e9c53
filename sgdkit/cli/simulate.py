"""``python -m sgdkit simulate``: a cluster that is not here, its assumptions printed with its results."""

from __future__ import annotations

import csv
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from .. import stragglers
from ..simulate import AlphaBeta, Cluster, Late, StepsToTarget, compute, run_async
from ..simulate.cluster import EXCHANGES, WHEN_LATE
from ..simulate.sweep import Point, against_backup, against_workers, spread
from .values import Parser, Refused, folder, one_of, real, whole

HELP = "Simulate synchronous SGD on up to 10,000 machines: time of a step, and time to a target loss."
MOST = 10_000


def add_arguments(parser: Parser) -> None:
    """The options of this command."""
    add = parser.add_argument
    add(
        "--workers",
        type=whole("--workers", 1, MOST),
        default=100,
        metavar="N",
        help="machines, backup workers included",
    )
    add(
        "--backup",
        type=whole("--backup", 0, MOST - 1),
        metavar="B",
        help="how many of the machines are backup workers at most; where not given, up to a fifth of them, and none "
        "where the number of machines varies",
    )
    add(
        "--compute",
        default="exponential:1",
        metavar="KIND:SECONDS",
        help="time of a gradient: constant:S, exponential:MEAN, lognormal:MEDIAN[:SIGMA] or pareto:MEAN",
    )
    add("--stragglers", metavar="KIND:SECONDS[:SHARE]", help=f"added to it: KIND {', '.join(stragglers.KINDS)}")
    add("--alpha", type=real("--alpha", zero=True), default=5e-5, metavar="SECONDS", help="latency of a message")
    add(
        "--bandwidth",
        type=real("--bandwidth"),
        default=1.25e9,
        metavar="BYTES",
        help="of a link, bytes a second (10 GbE)",
    )
    add(
        "--parameters",
        type=whole("--parameters", 1, 10**12),
        default=39_750,
        metavar="P",
        help="size of w, 4 bytes each",
    )
    add("--exchange", type=one_of("--exchange", EXCHANGES), default="server", help=f"one of {', '.join(EXCHANGES)}")
    add("--servers", type=whole("--servers", 1, MOST), default=1, metavar="N", help="parameter servers that share w")
    add("--update", type=real("--update", zero=True), default=1e-4, metavar="SECONDS", help="time of an update")
    add(
        "--late",
        type=one_of("--late", WHEN_LATE),
        default="finish",
        help="what a worker that is too late does with its gradient: finish or abandon it",
    )
    add("--examples", type=whole("--examples", 1, 10**9), default=32, metavar="N", help="examples in a worker's shard")
    add(
        "--least-steps",
        type=real("--least-steps"),
        default=1000.0,
        metavar="STEPS",
        help="to the target loss with exact gradients",
    )
    add(
        "--noise-scale",
        type=real("--noise-scale"),
        default=1000.0,
        metavar="EXAMPLES",
        help="a mini-batch of so many needs twice those steps",
    )
    add(
        "--steps",
        type=whole("--steps", 2, 10**6),
        metavar="N",
        help="simulated for each point; where not given, 100, and fewer with more than 2,000 machines",
    )
    add("--seed", type=whole("--seed", 0, 2**32 - 1), default=0, metavar="N", help="of all that is drawn")
    add("--theme", type=one_of("--theme", ("light", "dark")), default="light", help="of the pictures: light or dark")
    add(
        "--out", default="out/simulate", metavar="FOLDER", help="where everything is written; what is there is replaced"
    )


def run(arguments: Namespace) -> int:
    """Simulate, print, draw; 0."""
    cluster, most = make_cluster(arguments)
    target = StepsToTarget(arguments.least_steps, arguments.noise_scale)
    where = folder(arguments.out)
    n, examples, seed = cluster.machines, arguments.examples, arguments.seed
    steps = arguments.steps or min(100, max(20, 200_000 // n))
    print("\n".join(assumptions(cluster, target, examples)) + "\n", flush=True)
    if most:
        backups = against_backup(cluster, spread(most), steps, target, examples, seed)
        show(f"{n:,} machines, of which b are backup workers", backups, where / "backup.csv")
    base = cluster if arguments.backup else replace(cluster, workers=n, backup=0)
    more = against_workers(base, spread(n, least=1), steps, target, examples, seed)
    share = f", {base.backup / n:.0%} of them backup workers" if base.backup else ""
    show(f"More and more machines{share}, each with a shard of the same size", more, where / "workers.csv")
    if cluster.exchange == "server":
        updates = min(steps * n, max(200_000, 4 * n))
        result = run_async(cluster, updates, seed)
        print(
            f"Asynchronous, for comparison: {updates:,} updates by {n:,} workers, {result.mean:.4g} s each on "
            f"average; mean staleness {result.staleness[len(result.staleness) // 2 :].mean():.4g} in the second half."
        )
    draw(backups if most else [], more, where, arguments.theme)
    print(f"Tables and pictures are in {where}.")
    return 0


def make_cluster(arguments: Namespace) -> tuple[Cluster, int]:
    """The cluster that was asked for, and how many backup workers to try."""
    n = arguments.workers
    if arguments.backup is None:
        most = n // 5 if arguments.exchange == "server" else 0
    else:
        most = arguments.backup
        if most >= n:
            raise Refused(f"--backup is {most}, but --workers is {n}, which counts them too: give at most {n - 1}.")
        if most and arguments.exchange != "server":
            raise Refused(
                f"--backup is {most}, but an all-reduce by {arguments.exchange} needs everybody: take server."
            )
    try:
        time = compute.parse(arguments.compute)
    except ValueError as error:
        raise Refused(f"in --compute, {error}") from None
    if arguments.stragglers is not None:
        try:
            time = Late(time, stragglers.parse(arguments.stragglers, arguments.seed))
        except ValueError as error:
            raise Refused(f"in --stragglers, {error}") from None
    network = AlphaBeta(arguments.alpha, 1 / arguments.bandwidth)
    size = 4.0 * arguments.parameters
    made = Cluster(
        n - most, most, time, network, size, arguments.exchange, arguments.servers, arguments.update, arguments.late
    )
    return made, most


def assumptions(cluster: Cluster, target: StepsToTarget, examples: int) -> list[str]:
    """All that is taken for granted, as lines."""
    said = [*cluster.assumptions(), f"A worker's shard has {examples:,} examples, whatever the number of workers."]
    return ["What is assumed:", *(f"- {sentence}" for sentence in said), f"- To the target loss: {target}."]


def show(title: str, points: list[Point], file: Path) -> None:
    """Print a table and write it as CSV."""
    print(title)
    print(
        f"{'machines':>9} {'used':>7} {'backup':>7} {'s a step':>10} {'± error':>9} {'s to target':>12} {'wasted':>7}"
    )
    for p in points:
        print(
            f"{p.workers + p.backup:>9,} {p.workers:>7,} {p.backup:>7,} {p.step:>10.4g} {p.error:>9.2g} "
            f"{p.to_target:>12.5g} {p.wasted:>7.1%}"
        )
    print(flush=True)
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([Point._fields, *points])


def draw(backups: list[Point], more: list[Point], where: Path, theme: str) -> None:
    """backup.png and workers.png."""
    from ..look.simulated import simulated

    if len(backups) > 1:
        simulated(backups, "backup", theme=theme).save(where / "backup.png")
    simulated(more, "workers", theme=theme).save(where / "workers.png")
