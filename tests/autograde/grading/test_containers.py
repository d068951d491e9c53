"""Podman and Docker: the command lines by value, all the way with a stand-in, and Podman itself where it is."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from autograde.errors import CourseError
from autograde.grading import bubblewrap, containers, sandbox, session
from autograde.grading.containers import DockerKernel, PodmanKernel
from autograde.grading.kernels import PlainKernel
from autograde.grading.limits import Limits
from autograde.grading.workplace import Workplace

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="containers are used on Linux only")
SANDBOX = pytest.mark.skipif(bool(bubblewrap.missing()), reason=bubblewrap.missing() or "there is a sandbox")


@pytest.fixture
def standin(tmp_path, monkeypatch):
    """A program ``docker`` on the PATH; returns the folder with its log."""
    state, programs = tmp_path / "state", tmp_path / "programs"
    state.mkdir()
    programs.mkdir()
    code = Path(__file__).with_name("standin.py")
    program = programs / "docker"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(code))} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STANDIN_STATE", str(state))
    containers.missing.cache_clear()
    yield state
    containers.missing.cache_clear()


@pytest.fixture
def in_docker(standin, monkeypatch):
    monkeypatch.setattr(session, "kernel_class", lambda way: DockerKernel)
    return standin


@LINUX
def test_what_the_engine_is_told(tmp_path):
    limits = Limits(memory=700, scratch=50, shared=60, threads=70, largest_file=8, open_files=90, cpu=10)
    with Workplace(tmp_path) as place:
        kernel = DockerKernel(place, limits)
        words = kernel.options(1234)
    line = " ".join(words)
    for expected in (
        "--rm --interactive --pull never",
        "--network none",
        "--user 1234:1234",
        "--read-only --cap-drop ALL --security-opt no-new-privileges",
        "--memory 700m --memory-swap 700m --pids-limit 70 --shm-size 60m",
        "--tmpfs /tmp:rw,size=50m,mode=1777",
        f"--ulimit nproc=70:70 --ulimit fsize={8 * 2**20}:{8 * 2**20} --ulimit nofile=90:90",
        "--ulimit cpu=10:10",
        f"--mount type=bind,source={place.work},target=/given/work,readonly",
        f"--mount type=bind,source={place.run},target={place.run} ",
        "--tmpfs /kit/sgdkit/checks/reference:ro,size=4k" if (
            "checks/reference" in bubblewrap.references()) else f"/kit/sgdkit/{bubblewrap.references()[0]}:ro,size=4k",
        "--env HOME=/tmp/home",
    ):  # fmt: skip
        assert expected in line, expected
    assert "--env PATH" not in line and "privileged" not in line.replace("no-new-privileges", "")
    writable = [word for word in words if word.startswith("type=bind") and not word.endswith(",readonly")]
    assert len(writable) == 1


@LINUX
def test_podman_of_a_user_keeps_that_users_number(tmp_path, monkeypatch):
    with Workplace(tmp_path) as place:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert PodmanKernel(place).options(1000)[:2] == ["--userns", "keep-id"]
        assert "--userns" not in DockerKernel(place).options(1000)


def test_bubblewrap_is_taken_first_then_podman_then_docker_and_else_it_is_refused(monkeypatch):
    there = {"bubblewrap", PodmanKernel, DockerKernel}
    monkeypatch.setattr(bubblewrap, "missing", lambda: "" if "bubblewrap" in there else "No bubblewrap.")
    monkeypatch.setattr(containers, "missing", lambda kind: "" if kind in there else f"No {kind.program}.")
    for kind in (bubblewrap.BubblewrapKernel, PodmanKernel, DockerKernel):
        assert sandbox.kernel_class("required") is kind and "sandbox" in kind.where
        there.discard("bubblewrap" if kind is bubblewrap.BubblewrapKernel else kind)
    assert sandbox.kernel_class("auto") is PlainKernel
    with pytest.raises(CourseError, match="No bubblewrap. No podman. No docker. .*--no-sandbox"):
        sandbox.kernel_class("required")


@LINUX
@SANDBOX
@pytest.mark.sandbox
def test_cells_run_are_interrupted_and_the_kernel_is_started_again(in_docker, run, tmp_path):
    (tmp_path / "data.txt").write_text("given")
    ran = run(
        "print(open('data.txt').read())",
        "while True: pass",
        "print('lives')",
        "import os\nos.kill(os.getpid(), 9)",
        "print(os.getcwd(), os.environ['HOME'])",
        "open('/tmp/x', 'wb').write(bytes(20 * 2**20))",
        folder=tmp_path,
        timeout=2,
        scratch=8,
    )
    assert ran.texts[0] == "given\n"
    assert "longer than its time limit" in ran.troubles[1] and "not be interrupted" not in ran.troubles[1]
    assert ran.texts[2] == "lives\n" and ran.troubles[3] == session.DIED
    assert ran.texts[4] == "NameError: name 'os' is not defined" or ran.texts[4] == "/tmp/work /tmp/home\n"
    assert "No space left" in ran.texts[5]
    log = (in_docker / "log").read_text()
    assert log.count("run --rm") == 2 and log.count("rm --force") == 2


@LINUX
@SANDBOX
@pytest.mark.sandbox
def test_the_container_ends_when_the_grader_is_killed(in_docker, short):
    mark = f"7{os.getpid()}"
    environment = os.environ | {"TMPDIR": str(short)}
    command = [sys.executable, Path(__file__).with_name("grader.py"), mark, "docker"]
    grader = subprocess.Popen(command, env=environment)
    try:
        while not list(short.glob("sgdkit-*/run/ready")):
            assert grader.poll() is None
        inside = psutil.Process(grader.pid).children(recursive=True)
    finally:
        os.kill(grader.pid, signal.SIGKILL)
        grader.wait()
    gone, alive = psutil.wait_procs(inside, timeout=30)
    assert len(inside) >= 3 and not alive


@LINUX
def test_an_engine_without_the_image_says_how_to_make_it(standin, monkeypatch):
    answers = {"info": 0, "image": 1}

    def ask(program, word, *more):
        return subprocess.CompletedProcess(program, answers[word], "{}", "no")

    monkeypatch.setattr(containers, "_ask", ask)
    assert "docker build --tag sgdkit-grading --file autograde/grading/Containerfile ." in containers.missing(
        DockerKernel
    )
    assert Path("autograde/grading/Containerfile").exists()
    containers.missing.cache_clear()
    answers["info"] = 1
    assert containers.missing(DockerKernel) == "docker does not work here: no."


class OnThisMachine(PodmanKernel):
    """Podman with this machine's own programs as the image, so that nothing needs to be fetched."""

    image = ("--rootfs", "/:O")
    python = sys.executable

    def user(self):
        return os.geteuid()  # nobody else may read this machine's own Python


@pytest.fixture
def in_podman(tmp_path, monkeypatch):
    """Podman with the first of its runtimes that starts a container here."""
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed")
    if Path(sys.prefix).is_relative_to("/tmp"):
        pytest.skip("this environment lies in /tmp, which is another one in a container")
    said = ""
    for runtime in ("crun", "runc"):
        config = tmp_path / "containers.conf"
        config.write_text(f'[engine]\nruntime = "{runtime}"\n')
        monkeypatch.setenv("CONTAINERS_CONF", str(config))
        ulimits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=500:500"]
        probe = ["podman", "run", "--rm", "--network", "none", *ulimits, *OnThisMachine.image, "/bin/true"]
        done = subprocess.run(probe, capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            monkeypatch.setattr(session, "kernel_class", lambda way: OnThisMachine)
            return
        said = done.stderr.strip()
    pytest.skip(f"podman starts no container here: {said}")


@LINUX
def test_podman_itself_runs_cells_and_holds_them_to_their_limits(in_podman, run, tmp_path):
    (tmp_path / "data.txt").write_text("given")
    ran = run(
        "print(open('data.txt').read())",
        "while True: pass",
        "import os, socket\nprint([name for _, name in socket.if_nameindex()], os.getpid() < 50)",
        "open('/tmp/x', 'wb').write(bytes(20 * 2**20))",
        "open('/usr/x', 'w')",
        f"import glob\nprint([glob.glob('/kit/sgdkit/' + name + '/*') for name in {bubblewrap.references()}])",
        "kept = b'x' * (600 * 2**20)",
        "print('next')",
        folder=tmp_path,
        timeout=3,
        scratch=8,
        memory=400,
    )
    assert ran.texts[0] == "given\n", ran
    assert "longer than its time limit" in ran.troubles[1] and "not be interrupted" not in ran.troubles[1]
    assert ran.texts[2] == "['lo'] True\n"
    assert "No space left" in ran.texts[3] and "Error" in ran.texts[4]
    assert set(ran.texts[5]) <= set("[], \n")
    assert ran.troubles[6] == session.DIED and ran.texts[7] == "next\n"
    left = subprocess.run(["podman", "ps", "--all", "--quiet", "--filter", "name=sgdkit-"], capture_output=True)
    assert left.stdout == b""
