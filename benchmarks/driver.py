"""Starts competitors, each in processes of its own, and measures them in interleaved rounds."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from .case import Case
from .peers import PEERS, missing

ROOT = Path(__file__).resolve().parent.parent
SHORTEST = 0.2  # seconds that a measurement lasts at least: processes that have just woken up may share a core for 0.03
REST = 0.05  # seconds between two measurements: BLAS and OpenMP threads spin that long before they sleep
PATIENCE = 300.0  # seconds that one answer may take
_BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class PeerFailed(RuntimeError):
    """A competitor's process ended or raised; its traceback is the message."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A competitor with its options.

    label: as it stands in tables. peer: a name in `peers.PEERS`. blas: how many threads BLAS and OpenMP may have, None
    for the libraries' own choice. native: take OPENBLAS_CORETYPE out of the environment.
    """

    label: str
    peer: str
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    ranks: int = 1
    blas: int | None = 1
    native: bool = False

    def environment(self) -> dict[str, str]:
        """The environment variables of its processes."""
        environment = dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [environment.get("PYTHONPATH")])])
        if self.blas is not None:
            environment.update(dict.fromkeys(_BLAS, str(self.blas)))
        if self.native:
            environment.pop("OPENBLAS_CORETYPE", None)
        if PEERS[self.peer].launcher:  # Open MPI refuses to start as root, and more ranks than cores, unless told to
            environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
            environment |= {"OMPI_MCA_rmaps_base_oversubscribe": "1"} if self.ranks > (os.cpu_count() or 1) else {}
        return environment


class Running:
    """A candidate's processes: started at once, ready after `open`."""

    def __init__(self, candidate: Candidate, case: Case) -> None:
        self.label = candidate.label
        self._candidate, self._case = candidate, case
        self._folder = tempfile.TemporaryDirectory(prefix="bench")
        self._lines: list[TextIO] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self._token = secrets.token_hex(16)
        self._processes = self._start(self._server.getsockname()[1])

    def open(self) -> None:
        """Wait for the processes and have them make the network and the data."""
        with self._server as server:
            server.settimeout(0.2)
            while len(self._lines) < self._candidate.ranks:
                self._accept(server)
        message = {
            "command": "open",
            "peer": self._candidate.peer,
            "case": dataclasses.asdict(self._case),
            "options": self._candidate.options,
            "ranks": self._candidate.ranks,
            "folder": self._folder.name,
        }
        self._say([message | {"rank": rank} for rank in range(self._candidate.ranks)])

    def train(self, epochs: int = 1) -> dict[str, Any]:
        """The fields of `Times`, as measured by rank 0."""
        times: dict[str, Any] = self._ask({"command": "train", "epochs": epochs})
        return times

    def w(self) -> list[float]:
        """The parameters reached."""
        w: list[float] = self._ask({"command": "w"})
        return w

    def close(self) -> None:
        """End the processes as they would end themselves."""
        try:
            self._ask({"command": "close"})
            for process in self._processes:
                process.wait(30)
        finally:
            self.kill()

    def kill(self) -> None:
        """End whatever is left."""
        self._server.close()
        for line in self._lines:
            line.close()
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self._folder.cleanup()

    def _start(self, port: int) -> list[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "benchmarks.serve", str(port), self._token]
        launcher, ranks = PEERS[self._candidate.peer].launcher, self._candidate.ranks
        commands = [[launcher, "-n", str(ranks), *command]] if launcher else [command] * ranks
        environment = self._candidate.environment()
        return [subprocess.Popen(command, env=environment) for command in commands]

    def _accept(self, server: socket.socket) -> None:
        try:
            connection, _ = server.accept()
        except TimeoutError:
            if any(process.poll() is not None for process in self._processes):
                raise PeerFailed(f"{self.label}: its process ended before it could be measured.") from None
            return
        connection.settimeout(PATIENCE)
        line = connection.makefile("rw")
        if json.loads(line.readline()) == self._token:
            self._lines.append(line)

    def _ask(self, message: dict[str, Any]) -> Any:
        return self._say([message] * len(self._lines))

    def _say(self, messages: Sequence[dict[str, Any]]) -> Any:
        """One message to each process; the answer of rank 0."""
        for line, message in zip(self._lines, messages, strict=True):
            line.write(json.dumps(message) + "\n")
            line.flush()
        answers = [json.loads(line.readline() or '{"error": "its process ended"}') for line in self._lines]
        for answer in answers:
            if "error" in answer:
                raise PeerFailed(f"{self.label}: {answer['error']}")
        return next(answer["answer"] for answer in answers if answer["rank"] == 0)


@contextmanager
def running(candidates: Sequence[Candidate], case: Case) -> Iterator[list[Running]]:
    """All of them, started and opened; ended when the block is left."""
    with ExitStack() as stack:
        opened = []
        for candidate in candidates:
            opened.append(Running(candidate, case))
            stack.callback(opened[-1].kill)
        for one in opened:
            one.open()
        yield opened
        for one in opened:
            one.close()


def available(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those whose competitor can be measured here."""
    return [candidate for candidate in candidates if missing(candidate.peer) is None]


def rounds(candidates: Sequence[Candidate], case: Case, number: int) -> dict[str, list[dict[str, Any]]]:
    """label -> what each round measured: {"step": seconds, "epoch": seconds, …details}.

    Each measurement is the median of some epochs after a first one, which brings caches, pages and clocks back.
    """
    measured: dict[str, list[dict[str, Any]]] = {candidate.label: [] for candidate in candidates}
    shuffle = random.Random(case.seed).shuffle
    with running(candidates, case) as opened:
        epochs = {one.label: 1 + math.ceil(SHORTEST / one.train(2)["epoch"][-1]) for one in opened}
        for _ in range(number):
            shuffle(opened)
            for one in opened:
                times = one.train(epochs[one.label])
                medians = {key: statistics.median(times[key][1:]) for key in ("step", "epoch")}
                measured[one.label].append(times["details"] | medians)
                time.sleep(REST)
    return measured
