"""A kernel in a bubblewrap sandbox: Linux, no Docker needed.

Only the kernel is inside. nbclient, the hidden cases, the judge and the gradebook stay outside and talk to it
over sockets in the workplace's ``run`` folder.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import sgdkit
from autograde.grading.kernels import PlainKernel

#: Megabytes of memory for one process, and of disk for the scratch folders (which are in memory).
MEMORY = 2048
SCRATCH = 256
LIMITS = {"as": MEMORY * 2**20, "nproc": 512, "fsize": SCRATCH * 2**20, "nofile": 1024, "core": 0, "cpu": 900}

#: Where the kernel finds what it may import of the course, and nothing else of the course.
KIT = "/kit"


class BubblewrapKernel(PlainKernel):
    """A kernel that sees no network, no other process, and of the disk only programs and its own scratch.

    It has a limit on memory, processes, file size, open files and CPU time, and dies with all its descendants
    when its first process ends, which it does when the grader does.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A signal to bwrap would not reach a kernel in a session of its own.
        assert self.kernel_spec is not None
        self.kernel_spec.interrupt_mode = "message"

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The kernel's command line, inside bwrap and prlimit."""
        return [*self._wrapped(), *super().format_kernel_cmd(extra_arguments)]

    def _wrapped(self) -> list[str]:
        place = self.workplace
        command = [_program("bwrap"), "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        command += ["--clearenv", "--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev"]
        for size, folder in ((SCRATCH, "/tmp"), (SCRATCH, "/dev/shm"), (16, "/home")):
            command += ["--size", str(size * 2**20), "--tmpfs", folder]
        for path in _readable():
            command += ["--ro-bind", str(path), str(path)]
        for link, target in _links():
            command += ["--symlink", target, link]
        command += ["--ro-bind", str(Path(sgdkit.__file__).parent), f"{KIT}/sgdkit"]
        for folder in _references():
            command += ["--size", "4096", "--tmpfs", f"{KIT}/sgdkit/{folder}"]
        for path in (place.work, place.home, place.run):
            command += ["--bind", str(path), str(path)]
        command += ["--chdir", str(place.work)]
        for name, value in self._environment().items():
            command += ["--setenv", name, value]
        command += ["--", _program("prlimit"), *(f"--{name}={value}" for name, value in LIMITS.items()), "--"]
        return command

    def _environment(self) -> dict[str, str]:
        given = self.workplace.environment()
        return given | {"PYTHONPATH": KIT, "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}


@functools.cache
def missing() -> str:
    """Why kernels cannot be sandboxed with bubblewrap here, in a sentence, or an empty string."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, and this is {sys.platform}."
    for name in ("bwrap", "prlimit"):
        if shutil.which(name) is None:
            return f"{name} is not installed (on Debian and Ubuntu: apt install bubblewrap util-linux)."
    probe = [_program("bwrap"), "--unshare-all", "--ro-bind", "/", "/", "true"]
    done = subprocess.run(probe, capture_output=True, text=True, timeout=20)
    if done.returncode:
        return f"bubblewrap may not make namespaces here ({done.stderr.strip()})."
    return ""


def _program(name: str) -> str:
    return shutil.which(name) or name


def _readable() -> list[Path]:
    """What a kernel must read: the system's programs, and this Python with its packages."""
    found: list[Path] = []
    prefixes = [sys.prefix, sys.base_prefix]
    system = ["/usr", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime"]
    system += ["/etc/alternatives", "/bin", "/sbin", "/lib", "/lib32", "/lib64"]
    for folder in [*system, *prefixes]:
        path = Path(folder)
        if path.exists() and not path.is_symlink() and not any(path.is_relative_to(known) for known in found):
            found.append(path)
    return found


def _references() -> list[str]:
    """Folders of the kit that hold what answers are judged by: the kernel needs none of it, so it sees them empty."""
    kit = Path(sgdkit.__file__).parent
    found = [path for path in (kit / "checks").iterdir() if (path / "__init__.py").exists() and path.name != "probes"]
    return sorted(path.relative_to(kit).as_posix() for path in found)


def _links() -> list[tuple[str, str]]:
    """Such as /bin -> usr/bin on systems where it is a link."""
    places = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
    return [(place, os.readlink(place)) for place in places if os.path.islink(place)]
