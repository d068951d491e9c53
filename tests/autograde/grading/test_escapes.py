"""Code that tries to get out of the sandbox, each way by itself, and what it meets."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

import sgdkit
from autograde.course import Course
from autograde.grading import bubblewrap, syscalls

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(bool(bubblewrap.missing()), reason=bubblewrap.missing() or "there is a sandbox"),
]

TRIED = """
import ctypes, glob, json, os, socket, subprocess, sys, time
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)

def tried(name, f):
    try:
        found[name] = f() or "done"
    except BaseException as error:
        found[name] = type(error).__name__

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def connect(kind, address):
    with socket.socket(kind) as one:
        one.settimeout(3)
        one.connect(address)

found = {}
"""
SHOW = "\nprint(json.dumps(found))"


@pytest.fixture
def tries(run):
    def _tries(code, **values):
        given = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        ran = run(TRIED + given + code + SHOW)
        assert ran.troubles == [""], ran
        return json.loads(ran.texts[0].splitlines()[-1])

    return _tries


@pytest.fixture
def listeners(tmp_path):
    """A TCP, a unix and an abstract socket of the grader's machine, which accept everybody."""
    made = {}
    for name, family, address in (
        ("tcp", socket.AF_INET, ("127.0.0.1", 0)),
        ("unix", socket.AF_UNIX, str(tmp_path / "s")),
        ("abstract", socket.AF_UNIX, f"\0sgdkit-{os.getpid()}"),
    ):
        made[name] = socket.socket(family)
        made[name].bind(address)
        made[name].listen()
    yield made
    for one in made.values():
        one.close()


def test_no_socket_of_the_machine_or_of_the_network_is_reached(tries, listeners):
    addresses = {name: one.getsockname() for name, one in listeners.items()}
    for name, address in addresses.items():  # they would answer
        with socket.socket(listeners[name].family) as one:
            one.connect(address)
    found = tries(
        """
tried("tcp", lambda: connect(socket.AF_INET, tuple(tcp)))
tried("unix", lambda: connect(socket.AF_UNIX, unix))
tried("abstract", lambda: connect(socket.AF_UNIX, abstract))
tried("network", lambda: connect(socket.AF_INET, ("1.1.1.1", 53)))
tried("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("1.1.1.1", 53)) and None)
tried("ipv6", lambda: connect(socket.AF_INET6, ("2606:4700:4700::1111", 53)))
tried("name", lambda: socket.getaddrinfo("example.com", 80) and None)
tried("machine", lambda: socket.socket(40, socket.SOCK_STREAM) and None)
found["interfaces"] = [name for _, name in socket.if_nameindex()]
""",
        **addresses,
    )
    assert found.pop("interfaces") == ["lo"]
    assert "done" not in found.values(), found


def test_no_other_process_is_seen_or_signalled(tries):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        found = tries(
            """
tried("grader", lambda: os.kill(grader, 9))
tried("other", lambda: os.kill(other, 9))
tried("memory", lambda: open(f"/proc/{other}/mem", "rb") and None)
tried("priority", lambda: os.setpriority(os.PRIO_PROCESS, other, 19))
tried("everybody", lambda: [os.kill(int(name), 0) for name in os.listdir("/proc") if name.isdigit()] and None)
found["seen"] = sorted(Path(f"/proc/{name}/comm").read_text().strip() for name in os.listdir("/proc") if name.isdigit())
found["first"] = Path("/proc/1/comm").read_text().strip()
try:
    os.kill(1, 9)
except OSError:
    pass
""",
            grader=os.getpid(),
            other=other.pid,
        )
        assert other.poll() is None
        other.kill()
    assert found["grader"] != "done" and found["other"] != "done" and found["memory"] != "done"
    assert found["priority"] != "done"
    assert found["first"] == "bwrap" and len(found["seen"]) <= 3


def test_no_file_of_the_course_or_of_the_grader_is_read(tries, course, monkeypatch, tmp_path):
    monkeypatch.setenv("MY_TOKEN", "abc")
    secret = Path.home() / f".sgdkit-test-{os.getpid()}"
    secret.write_text("secret")
    here = Course.here()
    try:
        found = tries(
            """
for path in paths:
    tried(path, lambda: (os.listdir(path) if os.path.isdir(path) else open(path, "rb").read()) and None)
tried("module", lambda: __import__("autograde") and None)
tried("judge", lambda: __import__("sgdkit.checks.reference") and None)
tried("environment of the grader", lambda: [open(f"/proc/{n}/environ").read().index("MY_TOKEN")
      for n in os.listdir("/proc") if n.isdigit()] and None)
found["token"] = os.environ.get("MY_TOKEN", "none")
found["home"] = os.environ["HOME"]
found["kit"] = sum(len(files) for place in references for _, _, files in os.walk(place))
""",
            paths=[
                str(path)
                for path in (
                    secret, course.database, course.secret, course.folder("submitted"), here.sources, tmp_path,
                    here.root / ".git", here.root / "autograde", here.root / "tests",
                    "/etc/shadow", "/etc/hostname", "/var", "/run",
                )
            ],
            references=[f"/kit/sgdkit/{name}" for name in bubblewrap.references()],
        )  # fmt: skip
    finally:
        secret.unlink()
    assert found.pop("token") == "none" and found.pop("home") == "/tmp/home" and found.pop("kit") == 0
    assert "done" not in found.values(), found


def test_a_course_below_what_every_kernel_reads_is_not_seen(run, tmp_path, monkeypatch):
    bound = bubblewrap._readable()
    shown = tmp_path / "usr"
    course = shown / "src" / "my course"
    (course / ".venv").mkdir(parents=True)
    for file in (shown / "tool", course / "gradebook.db", course / ".venv" / "module"):
        file.write_text("x")
    link = tmp_path / "link"
    link.symlink_to(course)
    monkeypatch.setattr(bubblewrap, "_readable", lambda: [*bound, shown])
    monkeypatch.setattr(sys, "base_prefix", str(course / ".venv"))
    code = f"""
import os
from pathlib import Path
shown, course = Path({str(shown)!r}), Path({str(course)!r})
print(os.listdir(course), (shown / "tool").read_text(), (course / ".venv" / "module").read_text())
(course / "mine").write_text("x")
"""
    ran = run(code, course=link)
    assert ran.texts[0].startswith("['.venv'] x x\n") and "Read-only file system" in ran.texts[0], ran


def test_a_course_that_is_itself_what_every_kernel_reads_is_refused(tmp_path, monkeypatch):
    course = tmp_path / "environment"
    course.mkdir()
    monkeypatch.setattr(bubblewrap, "_readable", lambda: [course])
    monkeypatch.setattr(bubblewrap, "_ours", lambda: [course])
    assert "make the environment anew in a folder of its own" in bubblewrap.missing.__wrapped__()


def test_a_kit_that_was_installed_into_the_environment_is_not_seen_there(tmp_path, monkeypatch):
    kit = tmp_path / "lib" / "sgdkit"
    kit.mkdir(parents=True)
    monkeypatch.setattr(bubblewrap, "_readable", lambda: [tmp_path])
    assert bubblewrap.hidden([kit, kit / "checks", tmp_path.parent]) == {kit: []}


def test_nothing_but_the_scratch_folders_is_written(tries):
    found = tries(
        """
for path in paths:
    tried(path, lambda: open(path + "/x.py", "w").close())
tried("a module", lambda: open(os.__file__, "a").close())
tried("its permissions", lambda: os.chmod(os.__file__, 0o777))
tried("a package", lambda: subprocess.run([sys.executable, "-m", "pip", "install", "--no-index", "."],
      check=True, capture_output=True) and None)
mount = ["mount", "-o", "remount,rw", "/usr"]
tried("remounting", lambda: subprocess.run(mount, check=True, capture_output=True) and None)
for path in ("/tmp", "/dev/shm", "/tmp/work", "/tmp/home"):
    open(path + "/mine", "w").close()
""",
        paths=[
            "/", "/dev", "/usr", "/usr/bin", "/kit", "/kit/sgdkit", "/kit/sgdkit/checks", "/given", "/given/work",
            "/given/home", sys.prefix, sys.base_prefix, str(Path(os.__file__).parent),
            str(Path(sgdkit.__file__).parent),
        ],
    )  # fmt: skip
    assert "done" not in found.values(), found


@pytest.mark.skipif(not syscalls.program(), reason="the filter of system calls knows x86-64 and ARM64 only")
def test_system_calls_that_lead_out_or_around_the_limits_fail(tries):
    found = tries(
        """
numbers = {name: number for group in calls.values() for name, number in group.items()}
tried("a user namespace", lambda: call(numbers["unshare"], 0x10000000))
tried("a process in a user namespace", lambda: call(numbers["clone"], 0x10000000 | 17, 0, 0, 0, 0))
tried("a mount namespace", lambda: call(numbers["unshare"], 0x00020000))
tried("the first process", lambda: call(numbers["ptrace"], 16, 1, 0, 0))
tried("its own parent", lambda: call(numbers["ptrace"], 16, os.getppid(), 0, 0))
tried("keys", lambda: call(numbers["add_key"], b"user", b"x", b"y", 1, -4))
tried("other keys", lambda: call(numbers["keyctl"], 0, -4, 0))
tried("memory of nobody", lambda: os.memfd_create("x"))
tried("System V memory", lambda: call(numbers["shmget"], 0, 4096, 0o1600))
tried("io_uring", lambda: call(numbers["io_uring_setup"], 1, 0))
tried("bpf", lambda: call(numbers["bpf"], 0, 0, 0))
tried("raw packets", lambda: socket.socket(17, socket.SOCK_RAW) and None)
tried("root", lambda: os.setuid(0))
tried("a device", lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0)))
said = ("CapEff", "NoNewPrivs", "Seccomp:")
found["privileges"] = [line for line in open("/proc/self/status") if line.startswith(said)]
""",
        calls=syscalls._MACHINES[os.uname().machine][1],
    )
    names = dict(line.split() for line in found.pop("privileges"))
    assert int(names["CapEff:"], 16) == 0 and names["NoNewPrivs:"] == "1" and names["Seccomp:"] == "2"
    if os.geteuid():  # in a user namespace of its own everybody is 0 there
        found.pop("root")
    assert "done" not in found.values(), found


def test_the_sockets_of_another_kernel_and_what_it_left_are_not_seen(run, tmp_path):
    look = """
import glob, os
from ipykernel import get_connection_file
print(sorted(glob.glob(os.path.dirname(os.path.dirname(os.path.dirname(get_connection_file()))) + "/*/run/*.json")),
      os.path.exists("/tmp/left"), os.path.exists("/dev/shm/left"), os.path.exists("/tmp/home/left"))
for place in ("/tmp", "/dev/shm", "/tmp/home"):
    open(place + "/left", "w").close()
"""
    seen = {}

    def one(name):
        seen[name] = run(look, folder=tmp_path / name).texts[0]

    both = [threading.Thread(target=one, args=(name,)) for name in ("a", "b")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    seen["after"] = run(look, folder=tmp_path / "c").texts[0]
    for text in seen.values():
        assert text.count("kernel.json") == 1 and text.endswith("False False False\n"), seen


def test_modules_handed_in_can_be_imported_and_take_no_place_of_the_kits(run, tmp_path):
    (tmp_path / "helpers.py").write_text("mine = True")
    (tmp_path / "sgdkit.py").write_text("mine = True")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit")
    ran = run("import helpers, sgdkit\nprint(helpers.mine, hasattr(sgdkit, 'mine'))", folder=tmp_path)
    assert ran.troubles == [""] and ran.texts == ["True False\n"]
    assert "helpers" not in sys.modules


def test_all_of_it_is_gone_when_the_grader_is_killed(short):
    mark = f"6{os.getpid()}"
    environment = os.environ | {"TMPDIR": str(short)}
    grader = subprocess.Popen([sys.executable, Path(__file__).with_name("grader.py"), mark], env=environment)
    inside = []
    try:
        while not list(short.glob("sgdkit-*/run/ready")):
            assert grader.poll() is None
        inside = psutil.Process(grader.pid).children(recursive=True)
    finally:
        os.kill(grader.pid, signal.SIGKILL)
        grader.wait()
    gone, alive = psutil.wait_procs(inside, timeout=30)
    assert len(inside) >= 3 and not alive
    assert not [p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[:2] == ["sleep", mark]]
