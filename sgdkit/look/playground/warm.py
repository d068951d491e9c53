"""Pools of processes that stay warm: changing the number of workers back and forth shall not start new ones."""

from __future__ import annotations

import threading

from ...engines import PoolEngine


class WarmPools:
    """An engine for each number of workers asked for, the ones used last.

    most: so many processes in all may stay; the pools not used for the longest time end first. The one in use always
    stays, however large it is.
    """

    def __init__(self, most: int = 12, start_method: str | None = None) -> None:
        self.most, self._start_method = most, start_method
        self._engines: dict[int, PoolEngine] = {}  # the last one was used last
        self._lock = threading.Lock()

    def get(self, workers: int) -> PoolEngine:
        """The engine with so many workers, its processes running."""
        with self._lock:
            engine = self._engines.pop(workers, None) or PoolEngine(workers, self._start_method)
            self._engines[workers] = engine
            while len(self._engines) > 1 and sum(self._engines) > self.most:
                self._engines.pop(next(iter(self._engines))).close()
        engine.pool  # noqa: B018  starts it
        return engine

    def take(self, workers: int) -> PoolEngine | None:
        """Give away the engine with so many workers, if there is one: whoever takes it closes it."""
        with self._lock:
            return self._engines.pop(workers, None)

    @property
    def pids(self) -> list[int]:
        """The process numbers of all workers that run now."""
        with self._lock:
            return [pid for engine in self._engines.values() for pid in engine.pids]

    def close(self) -> None:
        """End all processes. The next `get` starts new ones."""
        with self._lock:
            while self._engines:
                self._engines.popitem()[1].close()
