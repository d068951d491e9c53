"""Whether somebody still looks: a tab that is closed says nothing, it only falls silent.

A hidden `Play` widget counts in the browser and so sends a beat every now and then. Browsers slow hidden tabs down to
one beat a minute; who is silent for much longer than that is gone. A notebook that is closed in a JupyterLab that stays
open does say so: its views go.
"""

from __future__ import annotations

EVERY = 20.0  # seconds between two beats
SILENCE = 200.0  # seconds
UNSEEN = 20.0  # seconds without a view, which a page that is loaded anew may need


class Presence:
    """Beats, and how long ago the last one was. Without a first one nobody was ever there, and nobody can leave.

    Times are seconds of any clock.
    """

    def __init__(self, silence: float = SILENCE) -> None:
        self.silence = silence
        self._last: float | None = None
        self._unseen: float | None = None  # since when there is no view any more

    def beat(self, now: float) -> None:
        """A sign of life at `now`."""
        self._last = now

    def acted(self, now: float) -> None:
        """Somebody has moved a slider: also a sign of life, but no reason to expect beats where none ever came."""
        self._unseen = None
        if self._last is not None:
            self._last = now

    def views(self, count: int, now: float) -> None:
        """So many pages show the playground now."""
        self._unseen = None if count > 0 else now

    def gone(self, now: float) -> bool:
        """Whether everybody has left since this was last asked."""
        silent = self._last is not None and now - self._last > self.silence
        unseen = self._unseen is not None and now - self._unseen > UNSEEN
        if silent or unseen:
            self._last = self._unseen = None
        return silent or unseen
