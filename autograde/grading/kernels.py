"""Starting and ending the kernel that runs a student's code. A sandbox goes in here and nowhere else."""

import os
import signal
import subprocess
import sys
from typing import Any

import psutil
from jupyter_client.manager import AsyncKernelManager

from autograde.grading.workplace import Workplace


class PlainKernel(AsyncKernelManager):
    """A kernel as the grader's own user, without protection: for trusted code, and where there is no sandbox.

    A subclass that sandboxes overrides ``format_kernel_cmd`` (the command line) and, if it must,
    ``start_kernel`` and ``end``.
    """

    def __init__(self, workplace: Workplace, **kwargs: Any) -> None:
        self.workplace = workplace
        # TCP kernels side by side race for free ports; sockets in a folder of their own cannot.
        sockets = {} if sys.platform == "win32" else {"transport": "ipc"}
        super().__init__(connection_file=str(workplace.run / "kernel.json"), **sockets, **kwargs)

    def start_options(self) -> dict[str, Any]:
        """What ``start_kernel`` is called with: the working folder, the environment, no terminal."""
        return {
            "cwd": str(self.workplace.work),
            "env": self.workplace.environment(),
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }

    def descendants(self) -> list[psutil.Process]:
        """The kernel's child processes and theirs, as far as they can be seen now."""
        pid = getattr(self.provisioner, "pid", None)
        try:
            return psutil.Process(pid).children(recursive=True) if pid else []
        except psutil.Error:
            return []

    def end(self, descendants: list[psutil.Process]) -> None:
        """End what a kernel, dead by now, has left running."""
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
