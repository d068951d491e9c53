"""How much of the machine one notebook may use; every figure can be changed in nbgrader_config.py."""

from traitlets import Integer
from traitlets.config import Configurable

MB = 2**20


class Limits(Configurable):
    """Limits of one notebook's kernel and of all processes that it starts, together where that makes sense.

    ``c.Limits.memory = 4096`` in ``nbgrader_config.py`` changes one; ``docs/sandbox.md`` says which of them hold
    where. Time limits and the size of outputs are ``LimitedExecute``'s, because they concern cells.
    """

    memory = Integer(2048, help="Megabytes of memory for all processes together, files in shared memory included.").tag(
        config=True
    )
    scratch = Integer(256, help="Megabytes of files in the working folder, the home folder and /tmp together.").tag(
        config=True
    )
    shared = Integer(512, help="Megabytes in /dev/shm, where shared memory lies.").tag(config=True)
    largest_file = Integer(256, help="Megabytes that one file may have.").tag(config=True)
    open_files = Integer(1024, help="Files that one process may have open.").tag(config=True)
    processes = Integer(100, help="Processes at the same time.").tag(config=True)
    threads = Integer(1000, help="Threads of all processes at the same time.").tag(config=True)
    cpu = Integer(1800, help="Seconds of CPU time of all processes together.").tag(config=True)

    def rlimits(self) -> dict[str, int]:
        """What the operating system itself can hold a process to, by prlimit's names.

        One process may ask for more memory than is allowed, because it does not touch all that it asks for; what it
        does touch is the watch's. So one huge array is still a MemoryError, which a student understands.
        """
        return {
            "as": (self.memory + 2048) * MB,
            "nproc": self.threads,
            "fsize": self.largest_file * MB,
            "nofile": self.open_files,
            "core": 0,
            "cpu": self.cpu,
        }
