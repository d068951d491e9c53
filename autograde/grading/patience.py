"""How long a notebook may keep the grader waiting."""

from time import monotonic


class Patience:
    """Time limits that keep the cost of endless loops bounded.

    The first cell that has to be stopped costs the whole ``cell`` seconds, the next half of it, and so on;
    after ``stops`` of them, or ``notebook`` seconds in all, nothing more of this notebook is run.
    """

    def __init__(self, cell: float, notebook: float, stops: int = 3) -> None:
        self.cell = cell
        self.stops = stops
        self.stopped = 0
        self._end = monotonic() + notebook
        self._notebook = notebook

    def limit(self) -> int:
        """Seconds that the next cell may take (at least 1)."""
        left = self._end - monotonic()
        return max(1, int(min(self.cell / 2**self.stopped, left)))

    def stop(self) -> None:
        """Count a cell that had to be stopped."""
        self.stopped += 1

    def exhausted(self) -> str:
        """Why nothing more is run, or an empty string."""
        if self.stopped >= self.stops:
            return f"{self.stopped} cells before this one had to be stopped"
        if monotonic() >= self._end:
            return f"the notebook as a whole took longer than {self._notebook:g} seconds"
        return ""
