"""One notebook's kernel: started, run with limits, started again when it dies, and ended with all it left."""

import asyncio
from pathlib import Path
from typing import Any

import nbformat.v4
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Enum, Integer

from autograde.grading import notes
from autograde.grading.limits import MB, Limits
from autograde.grading.patience import Patience
from autograde.grading.sandbox import WAYS, kernel_class
from autograde.grading.workplace import Workplace

TIMED_OUT = "it took longer than its time limit and was stopped"
DIED = "the kernel died while it ran"
NO_START = "no kernel would start: a file handed in beside the notebook may be named like a part of Python; rename it"


class LimitedExecute(Execute):
    """nbgrader's Execute with bounded time, output and restarts; nothing that a kernel sends can end the grading."""

    km: Any

    sandbox = Enum(WAYS, "required", help="Whether kernels must run in a sandbox.").tag(config=True)
    notebook_timeout = Integer(600, help="Seconds that one notebook may take in all.").tag(config=True)
    max_restarts = Integer(2, help="How often a kernel that died is started again.").tag(config=True)
    max_output = Integer(2_000_000, help="Characters of output kept from one cell.").tag(config=True)
    max_outputs = Integer(20_000_000, help="Characters of output kept from one notebook.").tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shutdown_kernel = "immediate"
        self.store_widget_state = False
        self.record_timing = False
        self.skip_cells_with_tag = "no tag skips a cell in grading"
        self.allow_errors = True

    def prepare(self, nb: NotebookNode, resources: dict[str, Any]) -> None:
        """Forget the notebook before, and take this one."""
        NotebookClient.__init__(self, nb, None)
        self.reset_execution_trackers()
        self.resources = resources
        self._ran: list[str] = []  # sources of the cells to run again in a new kernel
        self._spoiled: dict[str, str] = {}  # functions not to be called again, and why
        self._restarts = 0
        self._left = self.max_outputs  # characters of output that are still kept
        self._over = ""  # why nothing more is run
        self._limits = Limits(parent=self)
        self._patience = Patience(self.timeout or 30, self.notebook_timeout)

    def run_cells(self) -> None:
        """What is done while the kernel lives; a subclass says what."""
        raise NotImplementedError

    def in_kernel(self) -> None:
        """``run_cells`` with a kernel in a scratch folder of its own."""
        with Workplace(Path(self.resources["metadata"]["path"])) as self._workplace:
            if self._workplace.size() > self._limits.scratch * MB:
                self._over = f"the files handed in beside the notebook are more than {self._limits.scratch} MB"
                notes.of(self.nb)["unjudged"] = self._over
                return
            try:
                if self._start():
                    self.run_cells()
                else:
                    notes.of(self.nb)["unjudged"] = self._over
            finally:
                self._stop()

    def _start(self) -> bool:
        """A kernel, ready to be used; or False, and why nothing more is run."""
        name = self.nb.metadata.get("kernelspec", {}).get("name") or "python3"
        made = kernel_class(self.sandbox)
        self.log.info("The submitted code runs %s", made.where)
        self.km = made(self._workplace, self._limits, kernel_name=name, config=self.config)
        self.start_new_kernel(**self.km.start_options())
        try:
            self.start_new_kernel_client()
        except (RuntimeError, DeadKernelError):
            self._stop()
            self._over = NO_START
            return False
        return True

    def _stop(self) -> None:
        km: Any = self.km
        if km is None:
            return
        left = km.descendants()
        try:
            self._cleanup_kernel()
        finally:
            km.end(left)
            self.km, self.kc = None, None

    def _alive(self) -> bool:
        return self.km is not None

    def _run(self, cell: NotebookNode, index: int, room: int, seconds: float = 0.0, history: bool = True) -> str:
        """Run one cell; an empty string, or what went wrong. A kernel that died or hangs is gone afterwards.

        ``cell`` stands at ``index`` of the notebook while it runs, and need not be the cell that is there.
        ``room`` is in characters; it may take ``seconds`` even where patience has become shorter than that.
        ``history``: whether code that runs later finds it in ``In``.
        """
        self._timed_out = False
        self._shown: dict[str, int] = {}  # characters by the id of a display that can be updated
        self._seconds = max(self._patience.limit(), int(seconds))
        there = self.nb.cells[index]
        self._kept = cell is there  # what it shows is
        self._last = self._kept and self._left <= room
        self._room = self._left if self._last else room
        self.nb.cells[index] = cell
        try:
            self.execute_cell(cell, index, store_history=history)
        except DeadKernelError:
            reason = self.km.ended_because() or DIED
            self._stop()
            return reason
        except CellTimeoutError:
            self._patience.stop()
            reason = self.km.ended_because() or TIMED_OUT + ", and would not be interrupted"
            self._stop()
            return reason
        finally:
            # What runs later may not rewrite what was shown here.
            self._display_id_map.clear()
            self.nb.cells[index] = there
            if not isinstance(cell.execution_count, int):  # the kernel's word, too
                cell.execution_count = None
        if self._timed_out:
            self._patience.stop()
            return TIMED_OUT
        return ""

    def _revive(self) -> None:
        """A new kernel in which everything that ran well so far runs again, so that the rest can be judged."""
        if self._restarts >= self.max_restarts:
            self._over = f"the kernel died {self._restarts + 1} times"
            return
        self._restarts += 1
        if not self._start():
            return
        for source in [*self._ran, *map(_stub, self._spoiled, self._spoiled.values())]:
            self._over = self._patience.exhausted()
            if self._over:
                self._stop()
                return
            if self._run(nbformat.v4.new_code_cell(source), 0, self.max_output):
                self._over = "the kernel died, and again when the cells before were run once more"
                self._stop()
                return

    def _spoil(self, name: str, reason: str) -> None:
        """Let nothing call the function that never returned, or ended the kernel, a second time."""
        self._spoiled[name] = f"{name} is not called again: {reason}"
        if self._alive():
            self._run(nbformat.v4.new_code_cell(_stub(name, self._spoiled[name])), 0, self.max_output)

    # ---- hooks of nbclient

    def _get_timeout(self, cell: NotebookNode | None) -> int:
        return self._seconds

    async def _async_poll_kernel_alive(self) -> None:
        """As in nbclient, but quicker to notice, and silent once another kernel has taken the place."""
        client: Any = self.kc
        while self.kc is client:
            await asyncio.sleep(0.2)
            if self.kc is client and not await ensure_async(client.is_alive()):
                if self.task_poll_for_reply is not None:
                    self.task_poll_for_reply.cancel()
                return

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> Any:
        """As in nbclient; a message that it cannot digest is dropped instead of ending the grading."""
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:
            self.log.warning("A message from the kernel was dropped (%s)", type(error).__name__)
            return None

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        self._timed_out = True
        return await super()._async_handle_timeout(timeout, cell)

    def handle_comm_msg(self, outs: list[NotebookNode], msg: Any, cell_index: int) -> None:
        """Nothing: a page has no widgets, and what they hold would take memory here."""

    def _update_display_id(self, display_id: str, msg: Any) -> None:
        """As in nbclient, while there is room for what is new."""
        # What is shown in several places is written down in each of them.
        places = sum(map(len, self._display_id_map.get(display_id, {}).values()))
        size = places * _size(msg["content"])
        more = size - self._shown.get(display_id, 0)
        if self._room <= max(more, 0):
            return
        self._take(more)
        self._shown[display_id] = size
        super()._update_display_id(display_id, msg)

    def output(self, outs: list[NotebookNode], msg: Any, display_id: str | None, cell_index: int) -> Any:
        """Keep an output while there is room, and say once where it was cut off."""
        if self._room <= 0:
            return None
        size = 200 + _size(msg["content"])
        if size >= self._room:
            said = "more output was cut off here"
            if self._last:
                said += f": the notebook has more than {self.max_outputs / 1e6:g} MB of it. Later cells show none"
                self._left = 0
            self._room = 0
            outs.append(nbformat.v4.new_output("stream", name="stdout", text=f"\n… {said}.\n"))
            return None
        self._take(size)
        return super().output(outs, msg, display_id, cell_index)

    def _take(self, size: int) -> None:
        self._room -= size
        if self._kept:
            self._left -= size


def _stub(name: str, reason: str) -> str:
    return f"def {name}(*args, **kwargs):\n    raise TimeoutError({reason!r})\n"


def _size(content: Any) -> int:
    """Characters in a message, roughly."""
    if isinstance(content, dict):
        return sum(_size(key) + _size(value) for key, value in content.items())
    if isinstance(content, list):
        return sum(_size(value) for value in content)
    return len(content) if isinstance(content, str) else 8
