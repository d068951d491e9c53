import json

import nbformat
import pytest

from autograde import engine
from autograde.cases.case import Case, Written
from autograde.cases.submission import hand_in
from autograde.course import Course
from autograde.errors import CourseError
from autograde.grading import bubblewrap, containers, sandbox
from autograde.grading.kernels import PlainKernel

SPY = """
import json, os, socket
from pathlib import Path

def tried(f):
    try:
        return f() or "done"
    except BaseException as error:
        return type(error).__name__

print(json.dumps({
    "secret": tried(lambda: Path(SECRET).read_bytes().hex()),
    "gradebook": tried(lambda: Path(DATABASE).read_bytes().hex()),
    "solutions": tried(lambda: Path(SOURCES).read_text()),
    "other": tried(lambda: os.listdir(SUBMITTED)),
    "autograde": tried(lambda: __import__("autograde").__name__),
    "network": tried(lambda: socket.create_connection(("1.1.1.1", 53), timeout=2)),
    "environment": tried(lambda: Path(os.__file__).with_name("x.py").write_text("x")),
    "memory": tried(lambda: len(bytearray(8 * 2**30))),
    "disk": tried(lambda: Path("/tmp/x").write_bytes(bytes(400 * 2**20))),
    "processes": tried(lambda: [p for p in os.listdir("/proc") if p.isdigit()]),
    "token": os.environ.get("MY_TOKEN", "none"),
}))
Path("/tmp/x").unlink(missing_ok=True)
"""


@pytest.mark.sandbox
@pytest.mark.skipif(bool(bubblewrap.missing()), reason=bubblewrap.missing() or "there is a sandbox")
def test_code_in_the_sandbox_reaches_nothing_but_its_own(course, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "abc")
    there = {
        "SECRET": course.secret,
        "DATABASE": course.database,
        "SOURCES": Course.here().sources / "2-syncsgd" / "easy.py",
        "SUBMITTED": course.folder("submitted"),
    }
    names = "\n".join(f"{name} = {str(path)!r}" for name, path in there.items())
    # A check's hidden cases are not to be had by a later cell.
    history = "print('SPIED', In, Out, _i, _ii, _iii)"
    written = (Written("predict", names + SPY, "before"), Written("check-gradient", history, "after"))
    case = Case("2-syncsgd", "spy", "looks around", "easy", "hostile", written=written)
    folder = course.folder("submitted") / "spy" / "2-syncsgd"
    hand_in(case, course.release / "2-syncsgd", course.sources / "2-syncsgd", folder)
    assert engine.autograde(course, "2-syncsgd", "spy").ok
    file = course.folder("autograded") / "spy" / "2-syncsgd" / "easy.ipynb"
    cells = nbformat.read(file, as_version=4).cells
    later = next(c for c in cells if c.source == history).outputs[0]["text"]
    assert "MY_TOKEN" in later and "_check_cases" not in later
    cell = next(c for c in cells if "MY_TOKEN" in c.source)
    seen = json.loads(cell.outputs[0]["text"])
    for name in ("secret", "gradebook", "solutions", "other"):
        assert seen[name] == "FileNotFoundError", name
    assert seen["autograde"] == "ModuleNotFoundError"
    assert seen["network"] == "OSError" and seen["environment"] == "OSError"
    assert seen["memory"] == "MemoryError" and seen["disk"] == "OSError"
    assert len(seen["processes"]) <= 4 and seen["token"] == "none"
    assert sum(score for score, _ in engine.scores(course, "2-syncsgd", "spy", "easy").values()) == 15


def test_without_a_sandbox_grading_is_refused_unless_somebody_says_so(monkeypatch):
    monkeypatch.setattr(bubblewrap, "missing", lambda: "bwrap is not installed.")
    monkeypatch.setattr(containers, "missing", lambda kind: f"{kind.program} is not installed.")
    with pytest.raises(CourseError, match="bwrap is not installed.*--no-sandbox"):
        sandbox.kernel_class("required")
    assert sandbox.kernel_class("none") is PlainKernel
    assert sandbox.kernel_class("auto") is PlainKernel
