"""``python -m sgdkit train``: train a network, and leave the report, the pictures and the numbers in a
folder.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from ..data import Dataset, Split
from ..models import Network
from ..run import Run
from ..sync import SyncSGD
from . import choices, output, parallel, ranks
from .values import Parser, Refused, folder, one_of, real, whole

HELP = (
    "Train a network with synchronous or asynchronous SGD; leave the report, the pictures and the numbers in a folder."
)


def add_arguments(parser: Parser) -> None:
    """The options of this command."""
    add = parser.add_argument
    add("--model", type=one_of("--model", choices.MODELS), default="ann", help=f"one of {', '.join(choices.MODELS)}")
    add(
        "--hidden",
        type=whole("--hidden", 1, 100_000),
        metavar="NODES",
        help="hidden nodes of the ann; 50 where not given, the slides have 10 to 50",
    )
    add(
        "--data",
        type=one_of("--data", choices.DATA),
        help=f"one of {', '.join(choices.DATA)}; where not given, what belongs to the model. "
        "Only mnist needs the network, once",
    )
    add(
        "--batch-size",
        type=whole("--batch-size", 1, 10**9),
        default=64,
        metavar="N",
        help="examples in a mini-batch of all workers together, backup workers included",
    )
    add(
        "--lr",
        type=real("--lr"),
        metavar="RATE",
        help="learning rate; where not given, "
        + ", ".join(f"{lr:g} for {name}" for name, (_, lr) in choices.OPTIMIZERS.items()),
    )
    add(
        "--lam",
        type=real("--lam", zero=True),
        default=0.0,
        metavar="LAMBDA",
        help="λ of λ/2 ‖w‖², which is added to the sum of all losses",
    )
    add(
        "--optimizer",
        type=one_of("--optimizer", choices.OPTIMIZERS),
        help=f"one of {', '.join(choices.OPTIMIZERS)}; where not given, sgd, and adam for lorenz",
    )
    add("--epochs", type=whole("--epochs", 1, 10**6), default=10, metavar="N", help="passes over the training data")
    add(
        "--seed",
        type=whole("--seed", 0, 2**32 - 1),
        default=0,
        metavar="N",
        help="of the first w and of the examples' order: the same seed gives the same run",
    )
    parallel.add_arguments(parser)
    add("--dtype", type=one_of("--dtype", ("float32", "float64")), default="float64", help="float32 or float64")
    add("--theme", type=one_of("--theme", ("light", "dark")), default="light", help="of the pictures: light or dark")
    add("--out", default="out/train", metavar="FOLDER", help="where everything is written; what is there is replaced")


def run(arguments: Namespace) -> int:
    """Train and save; 0, or 130 after Ctrl-C. Under mpiexec only rank 0 reads, prints, draws and writes."""
    parallel.check(arguments)
    model = choices.make_model(arguments.model, arguments.hidden)
    if arguments.engine == "mpi":
        return run_on_ranks(arguments, model)
    where = folder(arguments.out)
    split = choices.make_data(arguments.data, arguments.model, arguments.dtype)
    with parallel.make_trainer(arguments, model) as trainer:
        result = fit(trainer, arguments, split.train, split.test)
    return save(result, split.train, where, arguments, len(split.train))


def run_on_ranks(arguments: Namespace, model: Network) -> int:
    """The same on each of mpiexec's ranks, with its own part of the training data."""
    from ..engines.scatter import scatter

    comm = ranks.communicator()
    with parallel.make_trainer(arguments, model) as trainer:

        def prepare() -> tuple[Path, Split]:
            found = choices.make_data(arguments.data, arguments.model, arguments.dtype)
            if len(found.train) < comm.size:
                raise Refused(f"{comm.size} ranks are too many for {len(found.train):,} examples: start fewer.")
            return folder(arguments.out), found

        where, split = ranks.first(comm, prepare) or (None, None)
        part = scatter(split.train if split is not None else None, comm)
        test = split.test if split is not None else None
        del split  # from now on rank 0, too, has only its part
        result = fit(trainer, arguments, part, test)
        if where is None:
            return 0
        return save(result, part.alone(), where, arguments, len(part))


def fit(trainer: SyncSGD, arguments: Namespace, train: Dataset, test: Dataset | None) -> Run:
    """Train as asked for; Refused where the checkpoint is of another run."""
    more = {} if arguments.checkpoint is None else {"checkpoint": arguments.checkpoint}
    try:
        result = trainer.fit(train, epochs=arguments.epochs, test=test, **more)
    except ValueError as error:
        if arguments.checkpoint is None or "checkpoint" not in str(error):
            raise
        raise Refused(str(error)) from error
    if nothing_was_left(result):
        result.settings["epochs"] = len(result.epochs)  # those that w has seen, if fewer were asked for
    return result


def nothing_was_left(result: Run) -> bool:
    """Whether the checkpoint had all the epochs already, so that no step was done."""
    return bool(len(result.loss)) and not result.timeline.steps and not result.interrupted


def note_on_batches(result: Run, examples: int) -> str:
    """A sentence where the mini-batches could not be as large as was asked for, else nothing."""
    asked = result.settings["batch_size"]
    if asked <= examples:
        return ""
    return f"The batch size {asked:,} is larger than the training data: a mini-batch holds all {examples:,} examples."


def save(result: Run, train: Dataset, where: Path, arguments: Namespace, examples: int) -> int:
    """Write the numbers, the report and the pictures, whose loss contour is that of `train`; the exit code.

    examples: of the whole training data, of which `train` may be a part.
    """
    try:
        output.save_numbers(result, where)
        print(f"\n{output.save_report(result, where, note_on_batches(result, examples))}\n")
        say_how_it_ended(result, where, arguments.epochs)
        made = output.save_pictures(result, train, where, arguments.theme)
    except OSError as error:
        raise Refused(f"--out is {where}: what was trained could not be written there ({error}).") from error
    except KeyboardInterrupt:
        print(f"Stopped while drawing; the numbers and the report are in {where}.", file=sys.stderr)
        return 130
    print(f"Pictures: {', '.join(path.name for path in made)}. Numbers: w.npy, steps.csv, epochs.csv, settings.json.")
    print(f"All of it is in {where}.")
    return 130 if result.interrupted else 0


def say_how_it_ended(result: Run, where: Path, epochs: int) -> None:
    """A sentence where the run did not go on to its end, or had nothing to do."""
    if result.interrupted:
        print(f"Stopped after step {result.steps:,}: what was reached by then is saved in {where}.")
        print("Now the pictures; Ctrl-C again leaves them out.", flush=True)
    elif result.diverged is not None:
        lr = result.settings["lr"]
        print(f"The loss was no longer finite at step {result.diverged + 1:,}: try a learning rate below {lr}.")
    elif nothing_was_left(result):
        had = len(result.epochs)
        print(
            f"The checkpoint already has {had:,} of {epochs:,} epochs; nothing is left to train."
            if had == epochs
            else f"The checkpoint already has {had:,} epochs, more than {epochs:,}; nothing is left to train."
        )
