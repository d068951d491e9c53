"""What the tests' worker processes do. A job is a word, or a word and a file."""

import os
import subprocess
import sys
from pathlib import Path


def work(job):
    word, _, name = job.decode().partition(" ")
    if word == "die":
        os._exit(1)
    if word == "once":  # dies the first time
        try:
            Path(name).touch(exist_ok=False)
        except FileExistsError:
            return b"twice"
        os._exit(1)
    if word == "pid":
        return str(os.getpid()).encode()
    if word == "hang":  # with a child, like a kernel, and files
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        Path(name).write_text(str(child.pid))
        child.wait()
    return job[::-1]
