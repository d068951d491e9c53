"""The thread that trains: always with the settings asked for last, on pools that stay warm.

A new request ends the run under way after the step that it is in. There is no queue: who moves a slider ten times in a
second gets the tenth run, and of the others as much as there was time for.

A student's function may never come back. Who then waits for the end of the step is not left waiting: a gradient's
processes are ended; a function in this process cannot be, so its thread is left alone, and a new one goes on.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable

from ...engines.engine import Engine
from ...history import Step
from ...run import Run
from ...sync import SyncSGD
from .clock import Watched
from .own import Own
from .problem import Problem, Problems
from .record import Ending, Record
from .settings import Settings, epochs_for
from .warm import WarmPools
from .words import PATIENCE, suspects


class Runner:
    """Trains in a thread of its own.

    changed: called, in that thread, when there is something new to see: a run began, made its first step, or ended.
    idle: after so many seconds without a run the processes end; the next run starts them again. patience: so many
    seconds a step that somebody wants to end may take, if a student's function is in it.
    """

    def __init__(
        self,
        own: Own,
        problems: Problems,
        changed: Callable[[], None],
        idle: float = 90.0,
        method: str | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.pools = WarmPools(start_method=method)
        self.current: Record | None = None
        self.previous: Record | None = None
        self.busy = ""  # what is being prepared, in words
        self._own, self._problems, self._changed, self._idle = own, problems, changed, idle
        self._wanted: Settings | None = None
        self._stop = self._closing = self._working = False
        self._patience = patience
        self._at: Record | None = None  # the run whose steps are under way
        self._given_up: Ending | None = None  # how that run will end, as its step is not waited for any more
        self._guard: threading.Timer | None = None
        self._news = threading.Condition()
        self._begin_thread()

    def _begin_thread(self) -> None:
        self._thread = threading.Thread(target=self._work, name="playground: training", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether a run is under way or waits to begin."""
        return self._working or self._wanted is not None

    def request(self, settings: Settings) -> None:
        """Train with these settings, as soon as the step under way has ended. Returns at once."""
        with self._news:
            self._wanted, self._stop = settings, True
            self._hurry()
            self._news.notify_all()

    def stop(self) -> None:
        """End the run under way after its step. Returns at once."""
        with self._news:
            self._wanted, self._stop = None, True
            self._hurry()
            self._news.notify_all()

    def wait(self, seconds: float) -> bool:
        """Until nothing runs any more, but no longer than that; whether it is so."""
        with self._news:
            return self._news.wait_for(lambda: not self.running, seconds)

    def close(self) -> None:
        """End the run, the thread and all processes."""
        with self._news:
            self._wanted, self._stop, self._closing = None, True, True
            self._news.notify_all()
        if not self._mine():
            self._thread.join(self._patience)
        self.pools.close()

    def _hurry(self) -> None:
        """Somebody waits for the end of the step: have it looked after. Called with the lock."""
        if self._working and self._guard is None:
            self._guard = threading.Timer(self._patience, self._look_after)
            self._guard.daemon = True
            self._guard.start()

    def _look_after(self) -> None:
        """Give up the step under way, if it has taken too long and a student's function has it."""
        with self._news:
            self._guard, record = None, self._at
            if not (self._stop and self._working) or self._closing:
                return
            where, since = ("", 0.0) if record is None else (record.clock.where, record.clock.since)
            names = suspects(record.own, where) if record is not None else []
            if record is None or not names or time.perf_counter() - since < self._patience:
                self._hurry()
                return
            told = f"Your own {' or '.join(names)} did not come back"
            if where == "workers":
                self._given_up = Ending("failed", failure=f"{told}, so its processes were ended.")
            else:
                told += (
                    ". What runs in the notebook itself cannot be ended: if it goes on for ever, restart the kernel."
                )
                record.ending = Ending("failed", failure=told)
                self._at = None
                self._begin_thread()
            engine = self.pools.take(record.settings.workers)
        if engine is not None:
            engine.close()
        self._changed()

    def _mine(self) -> bool:
        """Whether this is the thread that trains, and not one that was left alone."""
        return threading.current_thread() is self._thread

    def _work(self) -> None:
        try:
            self._serve()
        finally:  # also of a pool that was still being started when the playground was closed
            if self._mine():
                self.pools.close()

    def _serve(self) -> None:
        while True:
            with self._news:
                if not self._mine():
                    return
                self._working = False
                self._news.notify_all()
                while self._wanted is None and not self._closing:
                    if not self._news.wait(self._idle):
                        self.pools.close()
                if self._closing:
                    return
                settings, self._wanted, self._stop, self._working = self._wanted, None, False, True
            assert settings is not None
            self._train(settings)
            self._changed()

    def _train(self, settings: Settings) -> None:
        """One run, up to its end, whatever that is."""
        record = Record(settings, None, settings.workers, self._own.used(settings.optimizer))
        self._given_up = None
        try:
            engine = self.pools.get(settings.workers)
            if not self._problems.knows(settings):
                self.busy = f"Training {settings.network} once and drawing its map …"
                self._changed()
            problem = record.problem = self._problems.get(settings, engine)
            self.busy = ""
            run = self._fit(settings, problem, engine, record)
            if self._mine():
                record.arrive(run.w)
                record.ending = self._ending(run, record, problem)
        except BaseException as error:  # a student's function, even an exit(); or data that cannot be had
            if not self._mine():
                return
            name = f"{type(error).__name__}: {error}".removesuffix(": ")
            record.ending = self._given_up or Ending("failed", failure=name, trace=traceback.format_exc())
            self._show(record)
        finally:
            if self._mine():
                self.busy = ""

    def _fit(self, settings: Settings, problem: Problem, engine: Engine, record: Record) -> Run:
        trainer = SyncSGD(
            problem.network,
            self._own.make_optimizer(settings.optimizer, settings.lr),
            batch_size=settings.batch_size,
            engine=Watched(engine, record.clock),
            **self._own.arguments(),
        )
        train = problem.split.train
        w0 = problem.network.init(trainer.seed, train.X.dtype)
        record.begin(w0)
        self._show(record)

        def after(step: Step) -> bool:
            if not self._mine():
                return True
            full = record.add(step)
            if record.steps == 1:
                self._changed()
            return full or self._stop

        epochs = epochs_for(settings.steps, len(train), settings.batch_size)
        self._at = record
        try:
            return trainer.fit(train, epochs, w0=w0, progress=False, evaluate=False, callback=after)
        finally:
            if self._mine():
                self._at = None

    def _ending(self, run: Run, record: Record, problem: Problem) -> Ending:
        if run.diverged is not None:
            return Ending("diverged")
        test = problem.split.test.take(slice(0, 1000))
        accuracy = problem.network.accuracy(run.w, test.X, test.Y) if problem.network.classifier else None
        how = "finished" if record.steps == len(record.loss) else "stopped"
        if self._stop:  # somebody waits for the next run
            return Ending(how, accuracy)
        return Ending(how, accuracy, problem.curvature_at(run.w))

    def _show(self, record: Record) -> None:
        if self.current is not None and self.current is not record and self.current.steps > 0:
            self.previous = self.current
        self.current = record
        self._changed()
