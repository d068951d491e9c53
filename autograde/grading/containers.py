"""A kernel in a container, for Linux machines that have Podman or Docker and cannot use bubblewrap.

As with bubblewrap only the kernel is inside, and talks to the grader over sockets in a folder that both see. The
image (``Containerfile``) has Python and the packages that notebooks need, and nothing of the course.
"""

import functools
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import sgdkit
from autograde.grading.bubblewrap import KIT, references
from autograde.grading.kernels import PlainKernel
from autograde.grading.watch import Watch

IMAGE = "sgdkit-grading"

#: What runs first in the container and starts the kernel.
FIRST = Path(__file__).with_name("first.py")

#: What of the grader's environment would mislead Python in the container.
NOT_INSIDE = ("PATH", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")


class ContainerKernel(PlainKernel):
    """What Podman and Docker have in common. The engine itself holds the container to its limits."""

    #: The engine's program, and the words that name the image.
    program = ""
    image = (IMAGE,)
    python = "python3"
    #: More about folders in memory.
    tmpfs = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert self.kernel_spec is not None
        self.kernel_spec.interrupt_mode = "message"
        self.name = f"sgdkit-{secrets.token_hex(8)}"

    def start_options(self) -> dict[str, Any]:
        """As for any kernel, but the input stays open: where it ends, the container does, whatever ended the grader."""
        return super().start_options() | {"stdin": subprocess.PIPE, "env": dict(os.environ)}

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The engine's command line."""
        kernel = [self.python, "-m", "ipykernel_launcher", "-f", self.connection_file, *(extra_arguments or [])]
        return [
            self.program,
            "run",
            *self.options(self.user()),
            *self.image,
            self.python,
            "-c",
            FIRST.read_text(),
            *kernel,
        ]

    def user(self) -> int:
        """The number of the user inside: the grader's own, or somebody's who is nobody, where the grader is root."""
        if os.geteuid():
            return os.geteuid()
        user = 2**16 + secrets.randbelow(2**30)
        self.workplace.give_to(user)
        return user

    def options(self, user: int) -> list[str]:
        """What the engine is told about the container, in which the user has this number."""
        place, limits = self.workplace, self.limits
        words = ["--rm", "--interactive", "--pull", "never", "--name", self.name, "--log-driver", "none"]
        words += ["--network", "none", "--hostname", "sandbox", "--user", f"{user}:{user}"]
        words += ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        words += ["--memory", f"{limits.memory}m", "--memory-swap", f"{limits.memory}m"]
        words += ["--pids-limit", str(limits.threads), "--shm-size", f"{limits.shared}m"]
        words += ["--tmpfs", f"/tmp:rw,size={limits.scratch}m,mode=1777{self.tmpfs}"]
        for name, value in limits.rlimits().items():
            if name != "as":  # the engine counts what is used, which is better
                words += ["--ulimit", f"{name}={value}:{value}"]
        words += _mount(Path(sgdkit.__file__).parent, f"{KIT}/sgdkit") + _mount(place.work, "/given/work")
        words += _mount(place.home, "/given/home") + _mount(place.run, str(place.run), writable=True)
        for folder in references():
            words += ["--tmpfs", f"{KIT}/sgdkit/{folder}:ro,size=4k{self.tmpfs}"]
        for name, text in self._environment().items():
            words += ["--env", f"{name}={text}"]
        return [*words, "--workdir", "/tmp"]

    def watching(self, pid: int) -> Watch:
        return Watch(pid, self.limits, self._kill, sockets=self.workplace.run)

    def end(self, descendants: list[Any]) -> None:
        """Remove the container, whatever runs in it."""
        super().end(descendants)
        subprocess.run([self.program, "rm", "--force", self.name], capture_output=True, timeout=60)

    def _environment(self) -> dict[str, str]:
        given = {name: value for name, value in self.workplace.environment().items() if name not in NOT_INSIDE}
        config = {"IPYTHONDIR": "/tmp/home/ipython", "MPLCONFIGDIR": "/tmp/home/matplotlib"}
        mine = {"HOME": "/tmp/home", "TMPDIR": "/tmp", "PYTHONPATH": KIT, "PYTHONDONTWRITEBYTECODE": "1"}
        return given | config | mine | {"USER": "student", "LOGNAME": "student"}


class PodmanKernel(ContainerKernel):
    """A kernel in a container of Podman."""

    program = "podman"
    where = "in a sandbox (Podman)"
    # Podman by itself copies what lies under such a folder into it, and the folders hide something.
    tmpfs = ",notmpcopyup"

    def options(self, user: int) -> list[str]:
        # Without the label the folders would have to be labelled anew, the kit's among them. A read-only container of
        # Podman has writable /run and /var/tmp of any size, unless told otherwise.
        words = ["--security-opt", "label=disable", "--read-only-tmpfs=false", *super().options(user)]
        words += ["--tmpfs", f"/dev/shm:rw,size={self.limits.shared}m,mode=1777{self.tmpfs}"]
        return words if os.geteuid() == 0 else ["--userns", "keep-id", *words]


class DockerKernel(ContainerKernel):
    """A kernel in a container of Docker."""

    program = "docker"
    where = "in a sandbox (Docker)"


@functools.cache
def missing(kind: type[ContainerKernel]) -> str:
    """Why kernels cannot be put in such a container here, in a sentence, or an empty string."""
    program = kind.program
    if sys.platform != "linux":
        return f"{program} is used on Linux only, because sockets do not reach into its virtual machine elsewhere."
    if shutil.which(program) is None:
        return f"{program} is not installed."
    done = _ask(program, "info", "--format", "{{json .}}")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        return f"{program} does not work here: {lines[-1].rstrip('.')}."
    if kind is DockerKernel and "name=rootless" in done.stdout:
        return "docker runs rootless here, which gives files other owners: use podman."
    if _ask(program, "image", "inspect", IMAGE).returncode:
        return (
            f"{program} has no image {IMAGE!r}: make it once, in the course's folder, with "
            f"{program} build --tag {IMAGE} --file autograde/grading/Containerfile ."
        )
    return ""


def _ask(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "it did not answer within a minute")


def _mount(source: Path, target: str, writable: bool = False) -> list[str]:
    return ["--mount", f"type=bind,source={source},target={target}" + ("" if writable else ",readonly")]
