"""The playground: sliders, four pictures that move, a line of words, and a game.

Three threads share the work, and none waits for another: widgets' callbacks only say what is wanted, the runner trains,
the painter looks at the record of the run some ten times a second and draws it. A new run and the end of a run are seen
in all four pictures at once; in between they are drawn in turn, because all that the painter takes is missing where the
workers compute.
"""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets

from . import page
from .canvas import NAMES, Canvas
from .controls import Controls
from .goal import Attempt, Scores
from .live_image import LiveImage
from .own import Own
from .presence import EVERY, Presence
from .problem import Problems
from .record import Record
from .runner import Runner
from .settings import Settings
from .turns import short_turns
from .words import PATIENCE, Facts, describe, facts_of, tell

PERIOD = 1 / 10.2  # seconds from one picture to the next
FIRST = 8.0  # seconds that the cell waits for its first run, so that a stored notebook has a picture

_PROBLEMS, _SCORES = Problems(), Scores()  # they outlive a cell that is run again


class Playground:
    """What `sgdkit.look.playground` shows. `close` ends its thread and its processes."""

    def __init__(
        self, settings: Settings, own: Own, theme: str = "light", sharpness: float = 1.0, method: str | None = None
    ) -> None:
        self.pictures = 0  # drawn so far
        self._sharpness = sharpness
        self._canvas = Canvas(theme, sharpness)
        self._drawing = threading.Lock()
        self._news, self._closed = threading.Event(), False
        self._turn = itertools.cycle(NAMES)
        self._shown: Record | None = None  # the run that all pictures show by now
        self._scored: Record | None = None
        self._rank = 0
        self._own = own
        self._presence = Presence()
        self.runner = Runner(own, _PROBLEMS, self._news.set, method=method)
        self.controls = Controls(settings, own.names(), self._start)
        self.controls.dark.value = self._canvas.theme.name == "dark"
        self._make_page()
        self.controls.start.on_click(lambda _: self._start(self.controls.settings))
        self.controls.stop.on_click(lambda _: self.runner.stop())
        self.controls.dark.observe(self._turn_dark, "value")
        self._painter = threading.Thread(target=self._paint, name="playground: drawing", daemon=True)
        self._painter.start()
        self._start(settings)

    def _make_page(self) -> None:
        size = ipywidgets.Layout(flex="1 1 400px", max_width="520px", min_width="280px", height="auto")
        blank = self._canvas.blank()  # an Image without any bytes would be an error in JupyterLab
        self.images = {name: LiveImage(value=blank, format="png", layout=size) for name in NAMES}
        self.note = ipywidgets.HTML()
        self.status = ipywidgets.HTML(page.status("running", "Starting the workers …"))
        self.game = ipywidgets.HTML(page.game(self.controls.settings, _SCORES.best(self.controls.settings)))
        hidden = ipywidgets.Layout(display="none")
        self._heart = ipywidgets.Play(min=0, max=10**9, interval=int(EVERY * 1000), layout=hidden)
        self._heart._view_count = 0  # a number: the pages that show it are counted
        self._heart.observe(lambda _: self._presence.beat(time.monotonic()), "value")
        self._heart.observe(self._seen, "_view_count")
        flow = ipywidgets.Layout(flex_flow="row wrap", max_width="1060px", grid_gap="8px")
        self.box = ipywidgets.VBox(
            [
                self.note,
                self.controls.box,
                self.status,
                ipywidgets.Box(list(self.images.values()), layout=flow),
                self.game,
                self._heart,
            ],
            layout=ipywidgets.Layout(max_width="1080px"),
        )
        comm = getattr(self.box, "comm", None)
        if comm is not None and hasattr(comm, "on_close"):
            comm.on_close(lambda _: self.close())

    def _seen(self, change: dict[str, Any]) -> None:
        """Another page shows it, or one less. A page only begins to count when `playing` changes before its eyes."""
        self._presence.views(change["new"], time.monotonic())
        if change["new"] > 0:
            self._heart.playing = False
            self._heart.playing = True

    def _start(self, settings: Settings) -> None:
        self._presence.acted(time.monotonic())
        self.note.value = page.note(self._own.used(settings.optimizer), self._own.takes_rate)
        self.runner.request(settings)

    def _turn_dark(self, change: dict[str, Any]) -> None:
        with self._drawing:
            self._canvas = Canvas("dark" if change["new"] else "light", self._sharpness)
            self._shown = None
        self._news.set()

    def _paint(self) -> None:
        """The painter: draws when there is news, and while a run goes on every PERIOD."""
        while not self._closed:
            begin = time.perf_counter()
            self._news.clear()
            try:
                with short_turns():
                    self._show()
            except Exception as error:  # the thread must live on; the page says what happened
                self.status.value = page.status("failed", f"Drawing failed: {type(error).__name__}: {error}")
            if self._presence.gone(time.monotonic()):
                self.runner.stop()
            rest = PERIOD - (time.perf_counter() - begin)
            if self.runner.running and self.runner.current is not None and self.runner.current.steps:
                time.sleep(max(rest, PERIOD / 4))
            else:
                self._news.wait(None if not self.runner.running else 1.0)

    def _show(self) -> None:
        runner = self.runner
        record, previous, running = runner.current, runner.previous, runner.running
        if self.controls.stop.disabled == running:
            self.controls.stop.disabled = not running
        if runner.busy:
            self.status.value = page.status("running", runner.busy)
            return
        if record is None:
            return
        ending = record.ending
        if not record.steps and ending is None:  # what is on the page stays, unless there is something to say
            facts = facts_of(record)
            if facts.silent >= PATIENCE:
                self.status.value = page.status("running", tell(facts))
            return
        moving = record is self._shown and ending is None
        with self._drawing:
            for name, png in self._pictures(record, previous, [next(self._turn)] if moving else NAMES):
                if self._closed:
                    return
                self.images[name].value = png
                self.pictures += 1
            self._shown = record
        if moving and self.pictures % 2:  # nobody reads faster
            return
        if ending is not None and record is not self._scored:
            self._score(record)
        facts = facts_of(record, self._rank if record is self._scored else 0)
        self.status.value = page.status(facts.how, tell(facts), ending.trace if ending else "")
        if ending is not None:
            self._describe(facts)

    def _pictures(self, record: Record, previous: Record | None, names: Sequence[str]) -> Iterable[tuple[str, bytes]]:
        """What is to be shown; blank pictures where a run failed at once: the ones before it would not be its own."""
        if record.steps:
            return self._canvas.draw(record, previous, names)
        blank = self._canvas.blank()
        return [(name, blank) for name in NAMES]

    def _score(self, record: Record) -> None:
        self._scored, self._rank = record, 0
        goal = facts_of(record).goal
        if goal is not None:
            self._rank = _SCORES.add(Attempt(goal[1], goal[0], record.settings))
        self.game.value = page.game(record.settings, _SCORES.best(record.settings))

    def _describe(self, facts: Facts) -> None:
        words = describe(facts)
        for name, image in self.images.items():
            image.tooltip = f"{_TITLES[name]}. {words}"

    def still(self) -> tuple[bytes, str]:
        """The last run as one PNG, and in words."""
        record = self.runner.current
        assert record is not None
        with self._drawing:
            return self._canvas.together(record, self.runner.previous), describe(facts_of(record))

    def wait(self, seconds: float = 60.0) -> bool:
        """Until the run has ended; whether it has."""
        return self.runner.wait(seconds)

    def close(self) -> None:
        """End the run, the threads and the processes; the widgets disappear."""
        if self._closed:
            return
        self._closed = True
        self.runner.close()
        self._news.set()
        if threading.current_thread() is not self._painter:
            self._painter.join(10)
        self._heart.unobserve_all()
        self._heart.playing, self._heart._view_count = False, None  # or the page beats and counts on, to nobody
        for widget in _all(self.box):
            widget.close()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The widgets, and for whatever cannot show them one picture and its words."""
        bundle: dict[str, Any] = dict(self.box._repr_mimebundle_() or {})
        self.wait(FIRST)
        if self.runner.current is not None and self.runner.current.steps:
            png, words = self.still()
            bundle["image/png"] = base64.b64encode(png).decode()
            bundle["text/plain"] = f"The sliders need a notebook in a browser. Here is one run, drawn once. {words}"
        return bundle


_TITLES = {
    "steps": "Loss against steps",
    "seconds": "Loss against seconds",
    "map": "Path on the loss contour",
    "workers": "What the workers do",
}


def _all(widget: Any) -> list[Any]:
    """A widget and all that lie in it."""
    return [widget, *(inner for child in getattr(widget, "children", ()) for inner in _all(child))]
