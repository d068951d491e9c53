"""Every command of the README, run in a copy of the repository in a folder with a space, without network."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from autograde.cases import case
from autograde.commands import demo
from autograde.release.markers import MARKERS
from tests.repository.prepared import PreparedCopy
from tests.repository.tracked import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, its text."""

    language: str
    text: str


BLOCKS = [Block(*found) for found in FENCE.findall(README)]
HOSTS = next(block.text for block in BLOCKS if "SCHEDULER" in block.text)
# Commands that need care of their own, each with its test below.
CAREFUL = {"make demo\n", "make lab\n", "make test\n", HOSTS}
PLAIN = [
    pytest.param(text, id=text.splitlines()[-1], marks=[pytest.mark.sandbox] if " autograde " in text else [])
    for language, text in BLOCKS
    if language == "bash" and text not in CAREFUL
]

pytestmark = [pytest.mark.repository, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> PreparedCopy:
    return PreparedCopy(tmp_path_factory.mktemp("readme"))


def test_every_block_is_a_command_or_python():
    assert {block.language for block in BLOCKS} <= {"bash", "python"}
    assert {block.text for block in BLOCKS} >= CAREFUL


@pytest.mark.parametrize("commands", PLAIN)
def test_commands(copy, commands):
    answer = copy.run(commands, timeout=300)
    assert answer.returncode == 0, f"{commands}\n{answer.stdout[-3000:]}\n{answer.stderr[-3000:]}"


@pytest.mark.parametrize("program", [block.text for block in BLOCKS if block.language == "python"])
def test_python(copy, program, tmp_path):
    file = tmp_path / "readme.py"
    file.write_text(program, encoding="utf-8")
    answer = copy.run(f'.venv/bin/python "{file}"', timeout=120)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.sandbox
def test_make_demo_trains_and_takes_a_class_from_release_to_grades(copy):
    answer = copy.run("make demo", timeout=300)
    assert answer.returncode == 0, answer.stderr
    printed = answer.stdout
    lines = {line.split("  ")[0]: line.split() for line in printed.splitlines()}

    assert lines["number of workers"][-2:] == ["1", "2"]
    assert all(float(cell.rstrip("%")) > 90 for cell in lines["final accuracy, test set"][-2:])
    training = copy.root / "out" / "demo" / "training"
    assert "One worker and two gave the same w" in printed and "out/demo/training" in printed
    one, two = np.load(training / "1-worker" / "w.npy"), np.load(training / "2-workers" / "w.npy")
    np.testing.assert_allclose(two, one, rtol=0, atol=1e-12)
    for name in ("loss_contour", "loss", "timeline", "digits"):
        assert Image.open(training / f"{name}.png").text["Description"]

    graded = copy.root / "out" / "demo" / "class"
    known = {one.name: one for one in case.cases(demo.ASSIGNMENT)}
    for student, work in demo.CLASS.items():
        assert list((graded / "feedback" / student / demo.ASSIGNMENT).glob("*.html"))
        handed_in = graded / "submitted" / student / demo.ASSIGNMENT / "easy.ipynb"
        assert not any(marker in handed_in.read_text(encoding="utf-8") for marker in MARKERS)
        assert known[work].title in printed
    assert "\n3 of the points are for the written answer" in printed
    assert (graded / "grades.csv").exists() and "the kernel died" in printed


def start(copy, command, output):
    """A program of the copy that runs on, in a group of its own; what it prints goes into a file."""
    return subprocess.Popen(
        command,
        cwd=copy.root,
        env=copy.environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@pytest.mark.sandbox
def test_a_class_is_graded_on_hosts_of_which_this_machine_is_one(copy, tmp_path):
    handed_in = copy.root / "autograde" / "submitted" / "eve" / "2-syncsgd" / "easy.ipynb"
    handed_in.parent.mkdir(parents=True)
    handed_in.write_bytes((copy.root / "notebooks" / "2-syncsgd" / "easy.ipynb").read_bytes())
    guide = (ROOT / "docs" / "grading-a-class.md").read_text(encoding="utf-8")
    assert all(command in guide for command in HOSTS.splitlines())
    here = (
        HOSTS.replace("8786", str(free_port()))
        .replace("SCHEDULER", "127.0.0.1")
        .replace("--nworkers 8", "--nworkers 1")
    )
    scheduler, worker, grade = here.splitlines()
    log = tmp_path / "dask.log"
    started = []
    try:
        with log.open("w") as output:
            for command in (f"{scheduler} --no-dashboard", f"{worker} --no-dashboard"):
                started.append(start(copy, ["bash", "-c", command], output))
        answer = copy.run(grade, timeout=300)
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
    assert answer.returncode == 0, answer.stdout + answer.stderr + log.read_text()
    assert re.search(r"eve: done", answer.stderr) and re.search(r"eve +2-syncsgd +0 of 20", answer.stdout)


def test_make_test_runs_the_suite(copy):
    answer = copy.run("make test TESTS=tests/repository/test_dependencies.py", timeout=120)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"\d+ passed", answer.stdout)
    assert "\nif ! run make test; then\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> str:
    """What a server answers, or "" where there is none yet."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as page:
            return page.read().decode("utf-8")
    except OSError:
        return ""


def test_make_lab_serves_the_notebooks(copy, tmp_path):
    port = free_port()
    flags = f"--no-browser --port={port} --IdentityProvider.token=readme"
    log = tmp_path / "lab.log"
    with log.open("w") as output:
        lab = start(copy, ["make", "lab", f"FLAGS={flags}"], output)
    try:
        listing, end = "", time.monotonic() + 120
        while not listing and lab.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
            listing = answers(f"http://127.0.0.1:{port}/api/contents/2-syncsgd?token=readme")
        assert '"easy.ipynb"' in listing, log.read_text()
        assert "JupyterLab" in answers(f"http://127.0.0.1:{port}/lab?token=readme")
    finally:
        os.killpg(lab.pid, signal.SIGTERM)
        lab.wait(timeout=30)


def test_links_and_pictures_are_there():
    local = re.findall(r"\]\((?!https?:)([^)#]+)", README) + re.findall(r'src(?:set)?="([^"]+)"', README)
    assert local
    assert [name for name in local if not (ROOT / name).exists()] == []


def test_the_picture_is_described_by_what_it_shows():
    described = re.findall(r'<img [^>]*alt="([^"]*)"', README)
    made_with_it = (ROOT / "docs" / "images" / "contour.txt").read_text(encoding="utf-8").strip()
    assert [html.unescape(words) for words in described] == [made_with_it]


def test_it_is_short():
    assert len(README.split()) < 900


def test_files_it_names_are_there():
    for name in re.findall(r"`(2-syncsgd/\w+\.ipynb)`", README):
        assert (ROOT / "notebooks" / name).exists(), name
    for name in re.findall(r"`((?:solutions|notebooks)/)`", README):
        assert Path(ROOT / name).is_dir(), name
