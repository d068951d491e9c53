"""The commands of ``python -m sgdkit``, each a module of its own here.

To add a command, write a module with `HELP` (one line), `add_arguments(parser)` and `run(arguments) -> exit
code`, and put its name into `COMMANDS`. What `run` refuses it raises as `Refused`: the reader gets that one
sentence, and the exit code is 2. Heavy imports (matplotlib) belong into `run`, so that ``--help`` is quick.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from ..data import DataUnavailable
from . import ranks
from .values import Parser, Refused, closest, listed, program

COMMANDS = ("train", "simulate", "demo")

INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C has ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in `argv` (by default the program's own); returns the exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    modules = {name: importlib.import_module(f".{name}", __name__) for name in COMMANDS}
    try:
        if argv and argv[0] not in (*COMMANDS, "-h", "--help"):
            raise Refused(f"{argv[0]!r} is no command: choose {listed(COMMANDS)}{closest(argv[0], COMMANDS)}.")
        parser = make_parser(modules)
        if not argv:
            parser.print_help()
            return 0
        arguments = parser.parse_args(argv)
        return int(modules[arguments.command].run(arguments))
    except (Refused, DataUnavailable) as refused:
        name = f"python -m sgdkit {argv[0]}" if argv[0] in COMMANDS else "python -m sgdkit"
        if not ranks.speaks():
            return 0  # mpiexec ends all ranks as soon as one fails, and rank 0 has yet to speak
        print(f"{name}: {refused}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped before there was anything to save.", file=sys.stderr)
        return INTERRUPTED


def make_parser(modules: dict[str, ModuleType]) -> Parser:
    """The whole command line."""
    parser = Parser(prog=program(), description="Synchronous SGD on several processes.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, module in modules.items():
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
    return parser
