"""A real kernel for tests: cells in, what they print out."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

from jupyter_client.manager import KernelManager


class Output(NamedTuple):
    """What a cell left: its streams, its last value as text, and its error (name and message) or None."""

    stdout: str
    stderr: str
    value: str
    error: str | None


class Notebook:
    """Runs cells one after the other in a kernel of its own."""

    def __init__(self) -> None:
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel()
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        return self._manager.provisioner.pid

    def run(self, code: str, timeout: float = 60, stop_after: float | None = None) -> Output:
        """Runs a cell; with `stop_after`, the notebook's stop button is pressed after so many seconds."""
        texts = {"stdout": "", "stderr": ""}
        value, error = "", None

        def collect(message: dict[str, Any]) -> None:
            nonlocal value, error
            content = message["content"]
            if message["msg_type"] == "stream":
                texts[content["name"]] += content["text"]
            elif message["msg_type"] == "execute_result":
                value = content["data"]["text/plain"]
            elif message["msg_type"] == "error":
                error = f"{content['ename']}: {content['evalue']}"

        if stop_after is not None:
            threading.Timer(stop_after, self._manager.interrupt_kernel).start()
        self._client.execute_interactive(code, timeout=timeout, output_hook=collect, allow_stdin=False)
        return Output(texts["stdout"], texts["stderr"], value, error)

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def gone(pids: list[int], seconds: float = 10.0) -> bool:
    """Whether all these processes have ended, waiting for it that long."""
    import psutil

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
            return True
        time.sleep(0.05)
    return False
