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
                first = psutil.Process(self._pid)
                self.reason = self.look([first, *first.children(recursive=True)])
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

    def look(self, processes: list[psutil.Process]) -> str:
        """What is over its limit now, or an empty string. The first process is the kernel's (or its sandbox's)."""
        limits = self._limits
        if len(processes) > limits.processes:
            return f"it had more than {limits.processes} processes at the same time"
        if cpu_seconds(processes) > limits.cpu:
            return f"it used more than {limits.cpu} seconds of CPU time, all its processes together"
        # The sandbox's first process may still see the machine's own folders; the next one does not.
        files = max(_each(processes[1:2], files_in_memory), default=0) if self._sandboxed else 0
        if memory(processes, files, limits.memory * MB) > limits.memory * MB:
            return f"it used more than {limits.memory} MB of memory, all its processes together"
        if self._sockets is not None and crowded(self._sockets, processes):
            return "it put files where only the kernel's sockets belong"
        return ""


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """CPU time of these processes and of those children whose end they have seen."""
    return sum(_each(processes, lambda process: sum(process.cpu_times()[:4])))


def memory(processes: list[psutil.Process], files: int, enough: int) -> int:
    """Bytes that these processes hold together, and ``files`` bytes of files in memory, mapped or not.

    Adding up what each has in memory counts shared pages several times. Only where that is more than ``enough`` is
    every shared page looked up and counted once, which takes milliseconds a process.
    """
    rough = sum(_each(processes, lambda process: process.memory_info().rss)) + files
    if rough <= enough or not os.path.exists("/proc/self/smaps_rollup"):
        return rough
    parts = list(_each(processes, _parts))
    return sum(private for private, _ in parts) + max(sum(shared for _, shared in parts), files)


def _parts(process: psutil.Process) -> tuple[int, int]:
    """Bytes of a process's own memory, and its part of the memory that it shares (no libraries)."""
    found = {"Pss_Anon": 0, "Pss_Shmem": 0}
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        # Gone; or it hides itself, and then all that it has counts.
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
