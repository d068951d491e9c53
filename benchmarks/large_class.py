"""A class of a thousand graded in one go: does memory grow, and is anything left?

Submissions of 2-syncsgd without the training of the real network (what else would take hours says no more about the
grader): right and wrong ones and two that are killed in the sandbox, each under many names. While the kit's command
grades, its memory is read a few times a second: of the process that records, and of those that grade (their kernels in
the sandbox not counted, which end with each notebook). At the end everything that it started must be gone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from sgdkit.look import style

from . import grading
from .driver import ROOT
from .measurement import Data, Options, say
from .table import Table

CLASS = (
    "right_solution",
    "wrong_average_plain_mean",
    "right_einsum",
    "wrong_gradient_sign",
    "wrong_loss_no_half",
    "right_sync_imap",
    "hostile_os_exit",
    "hostile_fork_bomb",
    "broken_untouched",
    "broken_syntax",
)
SPOILED = 2  # of these, at most, may have nothing that can be graded
PAUSE = 0.3  # seconds between two readings
PARTS = {"recording": "the process that records", "grading": "the processes that grade, together"}


def measure(options: Options) -> Data:
    """Readings while the class is graded, and what is left afterwards."""
    number = options.some(1000, 4)
    with tempfile.TemporaryDirectory(prefix="class-") as scratch:
        folder = Path(scratch)
        course = grading._class(folder / "course", CLASS, lean=True)
        submitted = course.folder("submitted")
        students = [f"student{n:04}" for n in range(number)]
        for n, student in enumerate(students):
            shutil.copytree(submitted / CLASS[n % len(CLASS)], submitted / student)
        script, places = course.root / "grade.py", folder / "t"
        script.write_text(grading.GRADE)
        places.mkdir()
        say(f"large_class: {number} submissions")
        command = [sys.executable, str(script), str(course.root), *students]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(places)}
        begin = time.perf_counter()
        with (folder / "log").open("w") as log:
            grader = subprocess.Popen(command, cwd=course.root, env=environment, stdout=log, stderr=log)
            journal = course.folder(".grading") / f"{grading.ASSIGNMENT}.jsonl"
            readings, seen = _watch(psutil.Process(grader.pid), journal, begin)
        seconds = time.perf_counter() - begin
        if grader.wait() not in (0, 1):
            raise RuntimeError((folder / "log").read_text()[-3000:])
        _, alive = psutil.wait_procs(seen, timeout=10)
        graded = len(list(course.folder("autograded").glob(f"*/{grading.ASSIGNMENT}")))
        if graded < number - number // len(CLASS) * SPOILED:
            raise RuntimeError(f"only {graded} of {number} were graded:\n" + (folder / "log").read_text()[-3000:])
        return {
            "submissions": number,
            "graded": graded,
            "cores": os.cpu_count(),
            "seconds": seconds,
            "readings": readings,
            "processes": len(seen),
            "alive": len(alive),
            "files": len(os.listdir(places)),
        }


def _watch(grader: psutil.Process, journal: Path, begin: float) -> tuple[list[dict[str, float]], list[psutil.Process]]:
    """Readings until the grader has ended, and all processes that were seen below it."""
    readings: list[dict[str, float]] = []
    seen: dict[tuple[int, float], psutil.Process] = {}
    while grader.is_running() and grader.status() != psutil.STATUS_ZOMBIE:
        try:
            seen |= {(one.pid, one.create_time()): one for one in grader.children(recursive=True)}
            memory = [one.memory_info().rss for one in grader.children()]
            done = len(journal.read_text().splitlines()) if journal.exists() else 0
            now = {"seconds": time.perf_counter() - begin, "done": float(done), "grading": float(sum(memory))}
            readings.append(now | {"recording": float(grader.memory_info().rss)})
        except psutil.Error:  # it ended while it was looked at
            continue
        time.sleep(PAUSE)
    return readings, list(seen.values())


def megabytes(data: Data, part: str) -> tuple[float, float]:
    """Median memory after the first tenth and over the last tenth of the class, in MB."""
    done = np.array([reading["done"] for reading in data["readings"]])
    values = np.array([reading[part] for reading in data["readings"]]) / 1e6
    number = data["submissions"]
    early = (done >= 0.1 * number) & (done <= 0.2 * number)
    late = done >= 0.9 * number
    return tuple(float(np.median(values[chosen])) if chosen.any() else float(values[-1]) for chosen in (early, late))  # type: ignore[return-value]


def tables(data: Data) -> list[Table]:
    """Memory at the beginning and at the end."""
    title = f"{data['submissions']:,} submissions graded in one go on {data['cores']} cores: memory in MB."
    table = Table("large_class", title, ["", "after a tenth", "in the last tenth"])
    table.rows = [[name, *megabytes(data, part)] for part, name in PARTS.items()]
    return [table]


def sentences(data: Data) -> list[str]:
    """How long it took, and what is left."""
    rate = 60 * data["submissions"] / data["seconds"]
    return [
        f"{data['graded']:,} were graded, in {data['seconds'] / 60:.1f} minutes: {rate:.0f} submissions a minute.",
        f"Of {data['processes']:,} processes that were seen below the grader {data['alive']} were left when it had "
        f"ended, and {data['files']} files or folders in its temporary folder.",
    ]


def pictures(data: Data) -> dict[str, style.Picture]:
    """Memory against the submissions done."""
    figure, (ax,) = style.picture(width=style.NARROW + 1)
    done = [reading["done"] for reading in data["readings"]]
    told: list[Any] = []
    for i, (part, name) in enumerate(PARTS.items()):
        values = [reading[part] / 1e6 for reading in data["readings"]]
        ax.plot(done, values, color=figure.theme.colour(i), lw=2, ls=style.LINES[i], label=name)
        early, late = megabytes(data, part)
        told.append(f"{name} {early:.0f} MB after a tenth and {late:.0f} MB in the last tenth")
    ax.set_ylim(0)
    style.label(ax, "submissions recorded", "memory (MB)")
    alt = f"Memory of the grader while it grades {data['submissions']:,} submissions: {'; '.join(told)}."
    caption = "Resident memory, kernels in the sandbox not counted."
    return {"large-class": style.words(figure, "Memory of the grader", caption, alt, named=ax)}
