"""What a script that trains leaves behind, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.notebook import gone


def nothing_is_left(script: str, ending: str, arguments: list[str], workers: int, folder: Path) -> str:
    """Runs the script, ends it so, and asserts that none of its processes, segments or semaphores is left.

    Returns what it printed in the end.

    script: prints a line of JSON with its workers' pids and the names of what it has in shared memory, and a last line.
    """
    file = folder / "train.py"
    file.write_text(script)
    with open(folder / "errors", "w") as errors:
        command = [sys.executable, file, ending, *arguments]
        master = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
    assert master.stdout is not None
    told = json.loads(master.stdout.readline())
    assert len(told["pids"]) == workers and told["names"]
    if ending in ("Ctrl-C", "master killed"):  # it goes on until it is ended
        assert set(told["pids"]) < set(in_session(master.pid))  # so the look at the end looks in the right place
    if ending == "Ctrl-C":
        os.killpg(master.pid, signal.SIGINT)  # as a terminal does: to the workers and their helpers, too
    if ending == "master killed":
        master.kill()
    rest = master.stdout.read()
    code = master.wait(60)
    master.stdout.close()
    error = (folder / "errors").read_text()

    assert gone(told["pids"])
    end = time.monotonic() + 20
    while (left := [*in_session(master.pid), *in_shared_memory(told["names"])]) and time.monotonic() < end:
        time.sleep(0.05)  # after SIGKILL it is Python's resource tracker that tidies up, and then ends
    assert left == []
    if ending in ("success", "worker killed"):
        assert code == 0 and rest.startswith("steps 21 interrupted True") and error == ""
    elif ending == "exception":
        assert code == 1 and "LookupError: on purpose" in error and "resource_tracker" not in error
    elif ending == "Ctrl-C":
        assert code == 0 and "interrupted True" in rest and error == "", (code, rest, error)
    else:
        assert code == -signal.SIGKILL and rest == ""
    return rest


def in_session(leader: int) -> list[int]:
    """This process and all that come from it: workers, those that took a dead one's seat, and Python's helpers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:  # it has just ended
                continue
            if int(session) == leader and state != "Z":
                found.append(int(entry.name))
    return found


def in_shared_memory(names: list[str]) -> list[str]:
    """Those of the segments and semaphores that can still be seen (Linux shows them as files)."""
    files = [Path("/dev/shm") / name.lstrip("/") for name in names]
    files += [Path("/dev/shm") / f"sem.{name.lstrip('/')}" for name in names]
    return [str(file) for file in files if file.exists()]
