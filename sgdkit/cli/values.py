"""Reading values from the command line; a wrong one gets one sentence that names it and says what is allowed."""

from __future__ import annotations

import argparse
import difflib
import math
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn


class Refused(Exception):
    """A value that cannot be used; its text is one sentence for the person at the keyboard."""


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Says the default of every option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None else super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `Refused` instead of printing its usage, and takes no abbreviations."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", HelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As in argparse, but an unknown option gets the nearest known one as advice."""
        arguments, unknown = self.parse_known_args(None if args is None else joined(args), namespace)
        if unknown:
            command = getattr(arguments, "command", None)
            options = self._options(command)
            word = unknown[0].split("=")[0]
            raise Refused(
                f"{word} is not an option of {command or 'this program'}{closest(word, options)}; "
                "--help lists all there are."
            )
        return arguments

    def error(self, message: str) -> NoReturn:
        """Raise `Refused` with argparse's message, or with a better one where it says too little."""
        option, _, rest = message.removeprefix("argument ").partition(": ")
        if rest.startswith("expected"):
            raise Refused(
                f"{option} has no value: write one behind it, "
                f"as in {option}=VALUE (with the = if the value begins with a dash)."
            )
        raise Refused(rest if rest.startswith("--") else message)

    def _options(self, command: str | None) -> list[str]:
        parsers: list[argparse.ArgumentParser] = [self]
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction) and command in action.choices:
                parsers.append(action.choices[command])
        return [option for parser in parsers for option in parser._option_string_actions]


def joined(argv: Iterable[str]) -> list[str]:
    """--lr -inf -> --lr=-inf: argparse takes a word with a dash for an option unless it looks like a number."""
    result: list[str] = []
    for word in argv:
        if re.fullmatch(r"-(inf|infinity|nan)", word.lower()) and result and result[-1].startswith("--"):
            result[-1] += f"={word}"
        else:
            result.append(word)
    return result


def closest(word: str, known: Iterable[str]) -> str:
    """', did you mean …?' where one of the known words looks like this one, else nothing."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f" (did you mean {found[0]}?)" if found else ""


def whole(option: str, least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            _refuse(f"{option} is {shown(text)}: give a whole number from {least:,} to {most:,}.")
        return value

    return read


def real(option: str, zero: bool = False) -> Callable[[str], float]:
    """A reader of finite numbers above 0, with `zero` also of 0."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < 0 or (value == 0 and not zero):
            _refuse(f"{option} is {shown(text)}: give {'0 or ' if zero else ''}a positive number, for example 0.02.")
        return value

    return read


def one_of(option: str, known: Iterable[str]) -> Callable[[str], str]:
    """A reader of one of the known words."""
    words = tuple(known)

    def read(text: str) -> str:
        if text not in words:
            _refuse(f"{option} is {shown(text)}: choose {listed(words)}{closest(text, words)}.")
        return text

    return read


def program() -> str:
    """How this program is started, as it can be typed here: .venv/bin/python -m sgdkit."""
    python = Path(sys.executable or "python")
    if python.is_relative_to(Path.cwd()):
        return f"{python.relative_to(Path.cwd())} -m sgdkit"
    found = shutil.which(python.name)
    return f"{python.name if found and Path(found) == python else python} -m sgdkit"


def shown(value: object) -> str:
    """A value as it was typed, in quotes where it would not be seen otherwise."""
    text = str(value)
    return text if text.strip() else repr(text)


def listed(words: Iterable[str]) -> str:
    """'a, b or c'."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def folder(path: str | os.PathLike[str], option: str = "--out") -> Path:
    """Make a folder, its parents too, and prove that files can be written there; Refused where they cannot."""
    if not str(path).strip():
        raise Refused(f"{option} is {shown(path)}: give a folder, for example out/train.")
    where = Path(path).expanduser()
    if where.exists() and not where.is_dir():
        raise Refused(f"{option} is {path}, which is a file: give a folder.")
    try:
        where.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=where):
            pass
    except (OSError, ValueError) as error:
        reason = re.sub(r"^\[Errno \d+\] ", "", str(error)).split(":")[0].lower()
        raise Refused(f"{option} is {path}: give a folder that can be written to ({reason}).") from error
    return where


def _refuse(sentence: str) -> NoReturn:
    raise argparse.ArgumentTypeError(sentence)
