"""Stands in for the program ``docker`` where there is no engine: the container is a bubblewrap sandbox.

It outlives the one who asked for it, as containers do: only the end of its input or ``docker rm`` ends it.
"""

import os
import signal
import sys
from pathlib import Path

from autograde.grading import bubblewrap
from autograde.grading.limits import MB, Limits

STATE = Path(os.environ["STANDIN_STATE"])
FLAGS = {"--rm", "--interactive", "--read-only"}


def main(words):
    with (STATE / "log").open("a") as log:
        print(" ".join(words[:2]), file=log)
    if words[0] == "run":
        run(words[1:])
    if words[0] == "rm":
        file = STATE / words[-1]
        if file.exists():
            os.kill(int(file.read_text()), signal.SIGKILL)


def run(words):
    options = []
    while words[0].startswith("--"):
        size = 1 if words[0] in FLAGS else 2
        options.append(tuple(words[:size]))
        words = words[size:]
    given = {}
    for name, *value in options:
        given.setdefault(name, []).extend(value)
    assert given["--network"] == ["none"] and words[0] == "sgdkit-grading"
    more = []
    for text in given["--mount"]:
        parts = dict(part.partition("=")[::2] for part in text.split(","))
        kind = "--ro-bind" if "readonly" in parts else "--bind"
        more += [*bubblewrap.parents(Path(parts["target"])), kind, parts["source"], parts["target"]]
    scratch, *hidden = given["--tmpfs"]
    for text in hidden:
        more += ["--tmpfs", text.partition(":")[0], "--remount-ro", text.partition(":")[0]]
    for text in given["--env"]:
        more += ["--setenv", *text.split("=", 1)]
    more += ["--setenv", "PATH", f"{Path(sys.executable).parent}:/usr/bin", "--chdir", *given["--workdir"]]
    limits = Limits(
        scratch=int(scratch.partition("size=")[2].partition("m")[0]), shared=int(given["--shm-size"][0][:-1])
    )
    limits.largest_file = int(dict(text.split("=") for text in given["--ulimit"])["fsize"].split(":")[0]) // MB
    user = int(given["--user"][0].split(":")[0])
    command = bubblewrap.wrapped(limits, more, words[1:], None if os.geteuid() else user)
    command[command.index("--die-with-parent")] = "--as-pid-1"
    (STATE / given["--name"][0]).write_text(str(os.getpid()))
    os.execv(command[0], command)


main(sys.argv[1:])
