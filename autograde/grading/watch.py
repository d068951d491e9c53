"""Limits on all processes of a kernel together, which the operating system's limits on one process cannot hold.

The watch runs in the grader, outside of the sandbox. Nothing that runs inside can reach it.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil

from autograde.grading.limits import MB, Limits

#: Seconds between two looks.
INTERVAL = 0.2

#: Folders in memory that a sandboxed kernel may write in, as it sees them, and what a file without a byte takes there.
IN_MEMORY = ("/tmp", "/dev/shm")
INODE = 1024

#: Entries and bytes that a kernel may put where its sockets lie.
ENTRIES, SOCKETS = 100, 10 * MB

Value = TypeVar("Value")


class Watch(threading.Thread):
    """Looks at a kernel and its descendants until one limit is passed, then calls ``end`` once.

    pid: the kernel's first process (of a sandbox: the sandbox's). ``reason`` says what happened to the cell that ran,
    such as "it used more than 2048 MB of memory, all its processes together", or is empty.
    sandboxed: whether /tmp and /dev/shm are the kernel's own. sockets: the one folder on the disk that it can write in.
    """

    def __init__(
        self, pid: int, limits: Limits, end: Callable[[], None], sandboxed: bool = False, sockets: Path | None = None
    ) -> None:
        super().__init__(name=f"watch-{pid}", daemon=True)
        self.reason = ""
        self._pid, self._limits, self._end = pid, limits, end
        self._sandboxed, self._sockets = sandboxed, sockets
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(INTERVAL):
            try:
                self.reason = self.look()
            except psutil.NoSuchProcess:
                return
            if self.reason:
                self._end()
                return

    def stop(self) -> None:
        """Look no more. Safe to call twice, and for a kernel that is gone."""
        self._over.set()
        if self.is_alive():
            self.join()

    def look(self) -> str:
        """What is over its limit now, or an empty string. Raises psutil.NoSuchProcess where the kernel is gone."""
        limits = self._limits
        processes = self._processes()
        if len(processes) > limits.processes:
            return self._too_many
        if cpu_seconds(processes) > limits.cpu:
            return f"it used more than {limits.cpu} seconds of CPU time, all its processes together"
        # The sandbox's first process may still see the machine's own folders; the next one does not.
        files = max(_each(processes[1:2], files_in_memory), default=0) if self._sandboxed else 0
        if resident(processes) + files > limits.memory * MB:
            reason = self._look_closely(processes, files)
            if reason:
                return reason
        if self._sockets is not None and crowded(self._sockets, processes):
            return "it put files where only the kernel's sockets belong"
        return ""

    def _look_closely(self, processes: list[psutil.Process], files: int) -> str:
        """Whether it is still too much memory when pages that processes share are counted once."""
        private = shared = 0
        for own, part in _each(processes, parts):
            private += own
            shared += part
            # This waits for a lock of each process, so a fork bomb would outrun it.
            if len(self._processes()) > self._limits.processes:
                return self._too_many
        if private + max(shared, files) > self._limits.memory * MB:
            return f"it used more than {self._limits.memory} MB of memory, all its processes together"
        return ""

    def _processes(self) -> list[psutil.Process]:
        """The kernel's first process and all its descendants."""
        first = psutil.Process(self._pid)
        return [first, *first.children(recursive=True)]

    @property
    def _too_many(self) -> str:
        return f"it had more than {self._limits.processes} processes at the same time"


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """CPU time of these processes and of those children whose end they have seen."""
    return sum(_each(processes, lambda process: sum(process.cpu_times()[:4])))


def resident(processes: list[psutil.Process]) -> int:
    """Bytes of memory of these processes, a page that several share counted once for each: never too little."""
    return sum(_each(processes, lambda process: process.memory_info().rss))


def parts(process: psutil.Process) -> tuple[int, int]:
    """Bytes of a process's own memory, and its part of the memory that it shares (no libraries)."""
    found = {"Pss_Anon": 0, "Pss_Shmem": 0}
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        # Gone, or it hides itself, or this is not Linux: then all that it has counts.
        return process.memory_info().rss, 0
    for line in lines:
        name, _, rest = line.partition(":")
        if name in found:
            found[name] = int(rest.split()[0]) * 1024
    return found["Pss_Anon"], found["Pss_Shmem"]


def files_in_memory(process: psutil.Process) -> int:
    """Bytes in the folders in memory that this process sees, deleted files that are still open included."""
    total = 0
    for folder in IN_MEMORY:
        seen = os.statvfs(f"/proc/{process.pid}/root{folder}")
        total += (seen.f_blocks - seen.f_bfree) * seen.f_frsize + (seen.f_files - seen.f_ffree) * INODE
    return total


def crowded(folder: Path, processes: list[psutil.Process]) -> bool:
    """Whether there is more in the sockets' folder than sockets, deleted files that are still open included."""
    try:
        entries = [entry.stat(follow_symlinks=False) for entry in os.scandir(folder)]
        device = folder.stat().st_dev
    except OSError:
        return False
    deleted = [found for files in _each(processes, _open_and_deleted) for found in files if found.st_dev == device]
    nested = any(stat.S_ISDIR(entry.st_mode) for entry in entries)
    return nested or len(entries) > ENTRIES or sum(entry.st_blocks * 512 for entry in entries + deleted) > SOCKETS


def _open_and_deleted(process: psutil.Process) -> list[os.stat_result]:
    found = []
    for name in os.listdir(f"/proc/{process.pid}/fd"):
        try:
            file = os.stat(f"/proc/{process.pid}/fd/{name}")
        except OSError:
            continue
        if stat.S_ISREG(file.st_mode) and not file.st_nlink:
            found.append(file)
    return found


def _each(processes: list[psutil.Process], ask: Callable[[psutil.Process], Value]) -> Iterator[Value]:
    """What those of the processes say that are still there and may be asked."""
    for process in processes:
        try:
            yield ask(process)
        except (psutil.Error, OSError):
            continue
