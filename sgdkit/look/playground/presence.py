"""Whether somebody still looks: a tab that is closed says nothing, it only falls silent.

A hidden `Play` widget counts in the browser and so sends a beat every now and then. Browsers slow hidden tabs down to
one beat a minute; who is silent for much longer than that is gone.
"""

from __future__ import annotations

EVERY = 20.0  # seconds between two beats
SILENCE = 200.0  # seconds


class Presence:
    """Beats, and how long ago the last one was. Without a first one nobody was ever there, and nobody can leave."""

    def __init__(self, silence: float = SILENCE) -> None:
        self.silence = silence
        self._last: float | None = None

    def beat(self, now: float) -> None:
        """A sign of life at `now` (seconds of any clock)."""
        self._last = now

    def gone(self, now: float) -> bool:
        """Whether there were signs of life and have been none for long."""
        return self._last is not None and now - self._last > self.silence
