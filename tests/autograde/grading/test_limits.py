"""Code that tries to take more than its share; small limits, so that the machine that runs this is safe."""

import psutil
import pytest

from autograde.grading import bubblewrap
from autograde.grading.limits import MB, Limits
from autograde.grading.patience import Patience

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(bool(bubblewrap.missing()), reason=bubblewrap.missing() or "there is a sandbox"),
]

WAIT = "\nimport time\ntime.sleep(60)"

#: What ends the kernel: code, limits, and what is said about it.
ENDED = {
    "a fork bomb": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        {"processes": 30, "threads": 200},
        "more than 30 processes",
    ),
    "memory in several processes": (
        """
import os
for _ in range(4):
    if os.fork() == 0:
        kept = b"x" * (200 * 2**20)
        break
"""
        + WAIT,
        {"memory": 500},
        "more than 500 MB of memory",
    ),
    "memory in files that lie in memory": (
        "for i in range(8):\n    open(f'/dev/shm/{i}', 'wb').write(bytes(50 * 2**20))" + WAIT,
        {"memory": 350, "shared": 1000},
        "more than 350 MB of memory",
    ),
    "memory in a deleted file": (
        "import os\nkept = open('/dev/shm/x', 'wb')\nos.unlink('/dev/shm/x')\n"
        "for i in range(8):\n    kept.write(bytes(50 * 2**20))" + WAIT,
        {"memory": 350, "shared": 1000, "largest_file": 1000},
        "more than 350 MB of memory",
    ),
    "memory that processes share": (
        "import mmap\nkept = mmap.mmap(-1, 400 * 2**20)\nfor i in range(0, len(kept), 4096): kept[i] = 1" + WAIT,
        {"memory": 350},
        "more than 350 MB of memory",
    ),
    "endless many files": (
        "for i in range(10**9):\n    open(f'/tmp/{i}', 'w').close()",
        {"memory": 150},
        "more than 150 MB of memory",
    ),
    "CPU time of daemons": (
        """
import os
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True: pass
        os._exit(0)
"""
        + WAIT,
        {"cpu": 3},
        "more than 3 seconds of CPU time",
    ),
    "files where the sockets lie": (
        "import os\nfrom ipykernel import get_connection_file\nplace = os.path.dirname(get_connection_file())\n"
        "for i in range(20):\n    open(f'{place}/{i}', 'wb').write(bytes(2**20))" + WAIT,
        {},
        "where only the kernel's sockets belong",
    ),
    "deleted files where the sockets lie": (
        "import os\nfrom ipykernel import get_connection_file\nplace = os.path.dirname(get_connection_file())\n"
        "kept = []\nfor i in range(20):\n    kept.append(open(f'{place}/x', 'wb'))\n"
        "    kept[-1].write(bytes(2**20))\n    kept[-1].flush()\n    os.unlink(f'{place}/x')" + WAIT,
        {},
        "where only the kernel's sockets belong",
    ),
}

#: What is refused by the system, and how Python says it.
REFUSED = {
    "one huge array": ("bytearray(8 * 2**30)", {}, "MemoryError"),
    "a full disk": ("open('/tmp/x', 'wb').write(bytes(20 * 2**20))", {"scratch": 8}, "No space left"),
    "a full home": (
        "from pathlib import Path\n(Path.home() / 'x').write_bytes(bytes(20 * 2**20))",
        {"scratch": 8},
        "No space left",
    ),
    "full shared memory": (
        "from multiprocessing.shared_memory import SharedMemory\nx = SharedMemory(create=True, size=20 * 2**20)\n"
        "open('/dev/shm/' + x.name, 'wb').write(bytes(20 * 2**20))",
        {"shared": 8},
        "No space left",
    ),
    "a huge file": ("open('/tmp/x', 'wb').write(bytes(20 * 2**20))", {"largest_file": 8}, "File too large"),
    "too many open files": ("kept = [open('/dev/null') for _ in range(300)]", {"open_files": 200}, "Too many open"),
    "too many threads": (
        "import threading, time\nfor _ in range(150):\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        {"threads": 100},
        "can't start new thread",
    ),
}


@pytest.mark.parametrize("name", ENDED)
def test_code_that_takes_too_much_is_ended_with_a_sentence_and_the_next_cell_runs(run, name):
    code, limits, said = ENDED[name]
    ran = run(code, "print('next')", **limits)
    assert said in ran.troubles[0], ran
    assert ran.texts[1] == "next\n"


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_system_refuses_is_an_error_of_python_and_the_kernel_lives(run, name):
    code, limits, said = REFUSED[name]
    ran = run("here = 1", code, "print(here)", **limits)
    assert ran.troubles == ["", "", ""]
    assert said in ran.texts[1] and ran.texts[2] == "1\n"


def test_a_flood_of_output_is_cut_off_and_the_next_cell_is_heard(run):
    ran = run("for _ in range(50):\n    print('x' * 1_000_000)", "print('next')", more={"max_output": 100_000})
    assert "cut off here" in ran.texts[0] and len(ran.texts[0]) < 300_000
    assert ran.texts[1] == "next\n"


def test_output_of_all_cells_together_is_limited_too_and_that_is_said_once(run):
    flood = "print('x' * 60_000)"
    ran = run(flood, flood, flood, "print('next')", more={"max_outputs": 100_000})
    assert ran.texts[0] == "x" * 60_000 + "\n"
    assert (
        ran.texts[1]
        == "\n… more output was cut off here: the notebook has more than 0.1 MB of it. Later cells show none.\n"
    )
    assert ran.texts[2:] == ["", ""] and ran.troubles == [""] * 4


def test_a_display_that_grows_afterwards_is_limited_wherever_it_is_shown(run):
    code = """
from IPython.display import display, update_display
for _ in range(100):
    display("x", display_id="mine")
update_display("small", display_id="mine")
for way in (update_display, display):
    way("y" * 10_000, display_id="mine")
"""
    ran = run(code, more={"max_output": 100_000})
    kept = [output["data"]["text/plain"] for output in ran.runner.nb.cells[0].outputs if "data" in output]
    assert kept[0] == "'small'" and len("".join(kept)) < 50_000


def test_the_state_of_widgets_is_not_kept(run):
    state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "outputs": "y" * 1000}
    ran = run(f"from comm import create_comm\none = create_comm('jupyter.widget', data={{'state': {state}}})\nprint(1)")
    assert ran.texts == ["1\n"] and not ran.runner.comm_objects


def test_cells_that_run_again_after_a_death_count_towards_the_time_of_the_notebook(run, monkeypatch):
    monkeypatch.setattr(Patience, "exhausted", lambda self: "it took too long")
    ran = run("print(1)", "import os\nos._exit(1)", "print(2)")
    assert ran.over == "it took too long" and ran.texts[2] == ""


def test_one_message_larger_than_the_grader_takes_is_dropped_and_the_next_cell_is_heard(run):
    ran = run("print('x' * 100_000_000)", "print('next')")
    assert len(ran.texts[0]) < 1000 and ran.texts[1] == "next\n"


def test_a_loop_that_cannot_be_interrupted_ends_with_the_kernel(run):
    code = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ran = run(code, "print('next')", timeout=2)
    assert "longer than its time limit" in ran.troubles[0] and ran.texts[1] == "next\n"


def test_pages_that_a_pool_shares_are_counted_once(run):
    code = """
import multiprocessing as mp, os
big = b"x" * (200 * 2**20)
shared = mp.RawArray("b", 100 * 2**20)
shared[::4096] = b"x" * len(shared[::4096])
def look(i):
    import time
    time.sleep(1)
    return sum(big[::4096]) + sum(shared[::4096])
with mp.get_context("fork").Pool(4) as pool:
    print(len(pool.map(look, range(4))))
"""
    ran = run(code, memory=700)
    assert ran.troubles == [""] and ran.texts == ["4\n"]


def test_files_handed_in_that_are_too_large_are_said_to_be_so(run, tmp_path):
    (tmp_path / "data.bin").write_bytes(bytes(3 * MB))
    ran = run("print(1)", folder=tmp_path, scratch=2)
    assert ran.over == "the files handed in beside the notebook are more than 2 MB"


def test_a_file_named_like_a_part_of_python_is_named_as_the_reason(run, tmp_path):
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit")
    ran = run("print(1)", folder=tmp_path)
    assert "rename it" in ran.over


def test_without_a_sandbox_memory_and_processes_are_watched_all_the_same(run):
    code = "import os\nfor _ in range(12):\n    if os.fork() == 0: break" + WAIT
    ran = run(code, "print('next')", more={"sandbox": "none"}, processes=8)
    assert "more than 8 processes" in ran.troubles[0] and ran.texts[1] == "next\n"


def test_every_limit_can_be_changed_by_configuration():
    limits = Limits(memory=10, largest_file=3, open_files=7, threads=9, cpu=5)
    assert limits.rlimits() | {"as": 0} == {
        "as": 0,
        "nproc": 9,
        "fsize": 3 * MB,
        "nofile": 7,
        "core": 0,
        "cpu": 5,
    }


def test_no_process_is_left(run):
    before = {process.pid for process in psutil.process_iter()}
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
print("made")
"""
    ran = run(code, "import subprocess\nsubprocess.Popen(['sleep', '612'], start_new_session=True)\nprint('too')")
    assert ran.texts == ["made\n", "too\n"]
    left = [p for p in psutil.process_iter(["name", "cmdline"]) if p.pid not in before]
    assert not [p for p in left if str(ran.runner.place.root) in " ".join(p.info["cmdline"] or [])]
    assert not [p for p in left if (p.info["cmdline"] or []) == ["sleep", "612"]]
