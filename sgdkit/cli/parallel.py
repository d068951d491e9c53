"""The options that say who computes, how many, and who waits for whom; and the trainer that they ask for."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from ..asynchronous import AsyncSGD
from ..engines import NAMES, Engine
from ..optimizers import SGD
from ..stragglers import KINDS, parse
from ..sync import SyncSGD
from . import choices, ranks
from .values import Parser, Refused, one_of, shown, whole

ALGORITHMS = ("sync", "async", "lock-free")
EXCHANGES = ("allreduce", "allgather")  # as in engines/mpi.py, which cannot be imported without mpi4py
WORKERS = 2


def add_arguments(parser: Parser) -> None:
    """The options."""
    add = parser.add_argument
    add(
        "--workers",
        type=whole("--workers", 1, 256),
        metavar="N",
        help=f"how many compute at once (default: {WORKERS}; with --engine mpi mpiexec says it)",
    )
    add(
        "--algorithm",
        type=one_of("--algorithm", ALGORITHMS),
        default="sync",
        help="sync: one update with the gradients of all workers; async: an update with each gradient that arrives, of "
        "--batch-size examples; lock-free: the same, and the workers update the shared w themselves (Hogwild)",
    )
    add(
        "--engine",
        type=one_of("--engine", NAMES),
        default="pool",
        help="pool: a process a worker; serial: all workers in turn in this process; mpi: the ranks of mpiexec",
    )
    add(
        "--mpi",
        type=one_of("--mpi", EXCHANGES),
        help="with --engine mpi, how the ranks exchange gradients: allreduce (where not given), or allgather as on the "
        "slides",
    )
    add(
        "--start-method",
        type=one_of("--start-method", choices.START_METHODS),
        help=f"how the pool's processes start: {', '.join(choices.START_METHODS)}; where not given, Python's default",
    )
    add(
        "--backup",
        type=whole("--backup", 0, 256),
        default=0,
        metavar="B",
        help="so many workers more compute, and the first --workers gradients of a step are used",
    )
    add(
        "--stragglers",
        metavar="KIND:SECONDS[:SHARE]",
        help=f"make workers late: KIND {', '.join(KINDS)}, SECONDS the mean delay, SHARE the probability that a worker "
        "is late in a step (1 where not given); drawn by --seed",
    )
    add("--checkpoint", metavar="FILE", help="written after each epoch; where it exists, the run goes on from it")


def check(arguments: Namespace) -> None:
    """Refuse what does not go together, before anything is made."""
    engine, algorithm = arguments.engine, arguments.algorithm
    choices.check_start_method(arguments.start_method, engine)
    started = ranks.started()
    if engine != "mpi" and started > 1:
        raise Refused(f"{started} processes were started by mpiexec, but --engine is {engine}: add --engine mpi.")
    if engine == "mpi" and arguments.workers is not None:
        raise Refused(
            f"--workers is {arguments.workers}, but with --engine mpi the ranks are the workers: leave it out and "
            f"start mpiexec -n {arguments.workers}."
        )
    if engine != "mpi" and arguments.mpi is not None:
        raise Refused(f"--mpi is {arguments.mpi}, but --engine is {engine}: leave it out or take --engine mpi.")
    for option, given in (
        (f"--backup is {arguments.backup}", arguments.backup),
        (f"--stragglers is {arguments.stragglers}", arguments.stragglers),
        (f"--algorithm is {algorithm}", algorithm != "sync"),
    ):
        if given and engine != "pool":
            raise Refused(
                f"{option}, which needs the processes of a pool, but --engine is {engine}: take --engine pool."
            )
    for option, given in (
        (f"--backup is {arguments.backup}", arguments.backup),
        (f"--checkpoint is {arguments.checkpoint}", arguments.checkpoint),
    ):
        if given and algorithm != "sync":
            raise Refused(
                f"{option}, which --algorithm {algorithm} does not have: leave it out or take --algorithm sync."
            )
    if algorithm == "lock-free" and arguments.optimizer not in (None, "sgd"):
        raise Refused(
            f"--optimizer is {arguments.optimizer}, but lock-free updates are those of sgd: "
            "take it, or --algorithm async."
        )
    if algorithm == "async" and arguments.optimizer == "newton":
        raise Refused("--optimizer is newton, which needs a mini-batch that all workers share: take --algorithm sync.")
    if arguments.stragglers is not None:
        try:
            parse(arguments.stragglers)
        except ValueError as error:
            raise Refused(f"in --stragglers, {error}") from None
    if arguments.checkpoint is not None:
        check_checkpoint(arguments.checkpoint)


def check_checkpoint(file: str) -> None:
    """Refuse what no file could be written to; that of another run is found out when it is read."""
    if not file.strip():
        raise Refused(f"--checkpoint is {shown(file)}: give the name of a file, for example run.npz.")
    if Path(file).is_dir():
        raise Refused(f"--checkpoint is {file}, which is a folder: give the name of a file.")
    folder = Path(file).parent
    if folder.is_dir() and not os.access(folder, os.W_OK):
        raise Refused(f"--checkpoint is {file}, in a folder that cannot be written to: choose another one.")


def make_trainer(arguments: Namespace, model: Any) -> SyncSGD | AsyncSGD:
    """The trainer that was asked for. Call `check` first."""
    optimizer = choices.make_optimizer(arguments.optimizer, arguments.lr, arguments.model)
    late = None if arguments.stragglers is None else parse(arguments.stragglers, arguments.seed)
    settings: dict[str, Any] = {
        "workers": arguments.workers or WORKERS,
        "batch_size": arguments.batch_size,
        "lam": arguments.lam,
        "seed": arguments.seed,
        "start_method": arguments.start_method,
        "stragglers": late,
    }
    if arguments.algorithm != "sync":
        lock_free = arguments.algorithm == "lock-free"
        if lock_free and arguments.optimizer is None:
            optimizer = SGD(choices.OPTIMIZERS["sgd"][1] if arguments.lr is None else arguments.lr)
        return AsyncSGD(model, optimizer, lock_free=lock_free, **settings)
    engine: str | Engine = arguments.engine
    if engine == "mpi":
        from ..engines.mpi import MPIEngine

        engine = MPIEngine(arguments.mpi or "allreduce")
    trainer = SyncSGD(model, optimizer, engine=engine, backup=arguments.backup, **settings)
    trainer.settings["engine"] = arguments.engine
    if arguments.mpi or arguments.engine == "mpi":
        trainer.settings["exchange"] = arguments.mpi or "allreduce"
    return trainer
