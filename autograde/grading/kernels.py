"""Starting and ending the kernel that runs a student's code. A sandbox goes in here and nowhere else."""

import os
import signal
import subprocess
import sys
from typing import Any

import psutil
import zmq
from jupyter_client.manager import AsyncKernelManager

from autograde.grading.limits import MB, Limits
from autograde.grading.watch import Watch
from autograde.grading.workplace import Workplace

#: Bytes of one message from a kernel, and messages waiting, that the grader takes: it has memory to lose, too.
MESSAGE, WAITING = 64 * MB, 10


class PlainKernel(AsyncKernelManager):
    """A kernel as the grader's own user, without protection: for trusted code, and where there is no sandbox.

    It is watched all the same: memory, processes and CPU time. A subclass that sandboxes overrides
    ``format_kernel_cmd`` (the command line) and, if it must, ``watching`` and ``end``.
    """

    #: Where the code runs, for a sentence.
    where = "without any sandbox, as yourself"

    def __init__(self, workplace: Workplace, limits: Limits | None = None, **kwargs: Any) -> None:
        self.workplace = workplace
        self.limits = limits or Limits()
        self._watch: Watch | None = None
        workplace.fresh_sockets()
        # TCP kernels side by side race for free ports; sockets in a folder of their own cannot.
        sockets = {} if sys.platform == "win32" else {"transport": "ipc"}
        super().__init__(connection_file=str(workplace.run / "kernel.json"), **sockets, **kwargs)
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE)
        self.context.setsockopt(zmq.RCVHWM, WAITING)

    def start_options(self) -> dict[str, Any]:
        """What ``start_kernel`` is called with: the working folder, the environment, no terminal."""
        return {
            "cwd": str(self.workplace.work),
            "env": self.workplace.environment(),
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }

    def watching(self, pid: int) -> Watch:
        """The watch over the kernel whose first process is ``pid``."""
        return Watch(pid, self.limits, self._kill)

    async def _async_post_start_kernel(self, **kwargs: Any) -> None:
        await super()._async_post_start_kernel(**kwargs)
        pid = getattr(self.provisioner, "pid", None)
        if pid:
            self._watch = self.watching(pid)
            self._watch.start()

    post_start_kernel = _async_post_start_kernel

    def ended_because(self) -> str:
        """Why the kernel was ended from outside, or an empty string."""
        return self._watch.reason if self._watch else ""

    def descendants(self) -> list[psutil.Process]:
        """The kernel's child processes and theirs, as far as they can be seen now."""
        pid = getattr(self.provisioner, "pid", None)
        try:
            return psutil.Process(pid).children(recursive=True) if pid else []
        except psutil.Error:
            return []

    def end(self, descendants: list[psutil.Process]) -> None:
        """End what a kernel, dead by now, has left running."""
        if self._watch:
            self._watch.stop()
        group = getattr(self.provisioner, "pgid", None)
        if group and hasattr(os, "killpg") and group != os.getpgrp():
            try:
                os.killpg(group, signal.SIGKILL)
            except OSError:
                pass
        for process in descendants:
            try:
                process.kill()
            except psutil.Error:
                pass

    def _kill(self) -> None:
        """End the kernel at once, from the watch's thread."""
        descendants = self.descendants()
        pid = getattr(self.provisioner, "pid", None)
        for process in ([psutil.Process(pid)] if pid and psutil.pid_exists(pid) else []) + descendants:
            try:
                process.kill()
            except psutil.Error:
                pass
