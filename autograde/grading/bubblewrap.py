"""A kernel in a bubblewrap sandbox: Linux, no Docker needed.

Only the kernel is inside. nbclient, the hidden cases, the judge and the gradebook stay outside and talk to it
over sockets in the workplace's ``run`` folder, the one folder on the disk that it can write in.
"""

import functools
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import autograde
import sgdkit
from autograde.course import Course
from autograde.errors import CourseError
from autograde.grading import syscalls
from autograde.grading.kernels import PlainKernel
from autograde.grading.limits import MB, Limits
from autograde.grading.watch import Watch

#: Where the kernel finds what it may import of the course, and nothing else of the course.
KIT = "/kit"

#: Opens the filter of system calls, for bwrap reads it from a file descriptor.
OPEN_FILTER = 'exec 9< "$0" && exec "$@"'

#: Copies what was handed in into the scratch folder, which is in memory, and goes there.
MOVE_IN = 'cp -RP /given/work /given/home /tmp/ && cd /tmp/work && exec "$@"'


class BubblewrapKernel(PlainKernel):
    """A kernel that sees no network, no other process, and of the disk only programs and its own scratch.

    It has a limit on memory, processes, files, open files and CPU time, and dies with all its descendants when its
    first process ends, which it does when the grader does.
    """

    where = "in a sandbox (bubblewrap)"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A signal to bwrap would not reach a kernel in a session of its own.
        assert self.kernel_spec is not None
        self.kernel_spec.interrupt_mode = "message"

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The kernel's command line, inside bwrap and prlimit."""
        place = self.workplace
        course = Path(self.config.CourseDirectory.root) if self.config.CourseDirectory.get("root") else None
        covered = hidden(_ours() + ([course] if course else []))
        command = [word for folder, seen in covered.items() for word in _cover(folder, seen)]
        command += [*parents(Path(KIT, "sgdkit")), "--ro-bind", str(Path(sgdkit.__file__).parent), f"{KIT}/sgdkit"]
        for folder in references():
            command += [*_in_memory(f"{KIT}/sgdkit/{folder}", 4096), "--remount-ro", f"{KIT}/sgdkit/{folder}"]
        command += [
            *parents(Path("/given/work")),
            "--ro-bind",
            str(place.work),
            "/given/work",
            "--ro-bind",
            str(place.home),
            "/given/home",
        ]
        command += [*parents(place.run), "--bind", str(place.run), str(place.run)]
        command += [word for folder in covered for word in ("--remount-ro", str(folder))]
        for name, value in self._environment().items():
            command += ["--setenv", name, value]
        inside = ["sh", "-c", MOVE_IN, "sh", *super().format_kernel_cmd(extra_arguments)]
        # Only root can make the kernel somebody else, whose processes can be counted.
        user = 2**30 + secrets.randbelow(2**30) if os.geteuid() == 0 else None
        if user:
            place.give_to(user)
        sandbox = wrapped(self.limits, command, inside, user)
        program = syscalls.program()
        if not program:
            return sandbox
        file = place.root / "syscalls.bpf"
        file.write_bytes(program)
        return ["/bin/sh", "-c", OPEN_FILTER, str(file), sandbox[0], "--seccomp", "9", *sandbox[1:]]

    def watching(self, pid: int) -> Watch:
        return Watch(pid, self.limits, self._kill, sandboxed=True, sockets=self.workplace.run)

    def _environment(self) -> dict[str, str]:
        config = {"IPYTHONDIR": "/tmp/home/ipython", "MPLCONFIGDIR": "/tmp/home/matplotlib"}
        mine = {"HOME": "/tmp/home", "TMPDIR": "/tmp", "PYTHONPATH": KIT, "PYTHONDONTWRITEBYTECODE": "1"}
        return self.workplace.environment() | config | mine | {"USER": "student", "LOGNAME": "student"}


def wrapped(limits: Limits, more: list[str], inside: list[str], user: int | None) -> list[str]:
    """The command ``inside`` in a sandbox: bwrap's command line, with ``more`` of its options.

    user: the number of the user that it runs as, for a grader that is root; None: the grader's own.
    """
    command = [_program("bwrap"), "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    become: list[str] = []
    if user is None:
        command += ["--unshare-all"]
    else:
        # In a user namespace root stays root to the kernel, which lets root have any number of processes.
        command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        become = [_program("setpriv"), f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all"]
    command += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev"]
    command += [*_in_memory("/tmp", limits.scratch * MB), *_in_memory("/dev/shm", limits.shared * MB)]
    for path in _readable():
        command += [*parents(path), "--ro-bind", str(path), str(path)]
    for link, target in _links():
        command += ["--symlink", target, link]
    # Last: the folders that bwrap makes for all this are in memory, too, and have no limit.
    command += [*more, "--remount-ro", "/dev", "--remount-ro", "/", "--"]
    return [
        *command,
        _program("prlimit"),
        *(f"--{n}={value}" for n, value in limits.rlimits().items()),
        *become,
        *inside,
    ]


@functools.cache
def missing() -> str:
    """Why kernels cannot be sandboxed with bubblewrap here, in a sentence, or an empty string."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, and this is {sys.platform}."
    for name in ("bwrap", "prlimit", "setpriv"):
        if shutil.which(name) is None:
            return f"{name} is not installed (on Debian and Ubuntu: apt install bubblewrap util-linux)."
    try:
        hidden(_ours())
    except CourseError as error:
        return str(error)
    user = 2**30 if os.geteuid() == 0 else None
    probe = wrapped(Limits(), [], [sys.executable, "-I", "-S", "-c", ""], user)
    done = subprocess.run(probe, capture_output=True, text=True, timeout=60)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        return f"bubblewrap (version 0.7 or later) cannot make a sandbox here: {lines[-1]}."
    return ""


def parents(path: Path) -> list[str]:
    """Make the folders above ``path`` so that everybody may pass, which bwrap by itself does not."""
    return [word for parent in reversed(path.parents[:-1]) for word in ("--perms", "0755", "--dir", str(parent))]


def _in_memory(folder: str, size: int) -> list[str]:
    """A folder in memory for at most ``size`` bytes in which everybody may write."""
    return ["--perms", "1777", "--size", str(size), "--tmpfs", folder]


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
        linked = path.is_symlink() and folder not in prefixes  # an environment may be reached by a link
        if path.exists() and not linked and not any(path.is_relative_to(known) for known in found):
            found.append(path)
    return found


def _ours() -> list[Path]:
    """Where the course lies, and where what answers are judged by may be installed."""
    found = [Path(sgdkit.__file__).parent, Path(autograde.__file__).parent]
    try:
        return [Course.here().root, *found]
    except CourseError:  # installed without the course's folder
        return found


def hidden(folders: Iterable[Path]) -> dict[Path, list[Path]]:
    """Which of these the kernel would see, because they lie below what it must read, and what in each it must see.

    Raises CourseError where a folder is itself something that must be read.
    """
    found: dict[Path, list[Path]] = {}
    needed = [Path(sys.prefix), Path(sys.base_prefix)]
    for folder in sorted({folder.resolve() for folder in folders}):
        for shown in _readable():
            if not folder.is_relative_to(shown.resolve()):
                continue
            # As the sandbox calls it, where the way to it leads over a link.
            there = shown / folder.relative_to(shown.resolve())
            if any(path.resolve() == folder for path in [shown, *needed]):
                raise CourseError(
                    f"The course lies in {folder}, which every kernel must be able to read (Python is there): move the "
                    "course, or make the environment anew in a folder of its own, such as .venv."
                )
            if not any(there.is_relative_to(known) for known in found):
                found[there] = [path for path in needed if path.resolve().is_relative_to(folder)]
    return found


def _cover(folder: Path, seen: list[Path]) -> list[str]:
    """An empty folder in its place, in which only ``seen`` are; the caller makes it read-only."""
    command = _in_memory(str(folder), 4096)
    for path in seen:
        command += [*parents(path), "--ro-bind", str(path), str(path)]
    return command


def references() -> list[str]:
    """Folders of the kit that hold what answers are judged by: the kernel needs none of it, so it sees them empty."""
    kit = Path(sgdkit.__file__).parent
    found = [path for path in (kit / "checks").iterdir() if (path / "__init__.py").exists() and path.name != "probes"]
    return sorted(path.relative_to(kit).as_posix() for path in found)


def _links() -> list[tuple[str, str]]:
    """Such as /bin -> usr/bin on systems where it is a link."""
    places = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
    return [(place, os.readlink(place)) for place in places if os.path.islink(place)]
