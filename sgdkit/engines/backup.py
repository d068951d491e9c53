"""Backup workers: N + b compute, the first N gradients of a step are used, and nobody waits for the last ones.

"Instead of having only N workers, we add b extra workers, but as soon as the parameter servers receive gradients from
any N workers, they stop waiting and update" (Chen et al. 2016, arXiv 1604.00981).

Each of the N + b workers computes its own shard of the mini-batch, so the mini-batch should be (N + b)/N times as large
as one for N workers. Who is late has nothing to do with which examples a worker was given: the shards that are used are
a random part of the mini-batch, and the mean over their examples is an unbiased estimate, as good as one from N/(N + b)
of the mini-batch. (It would be biased if some examples took longer to compute than others.)

A late worker computes to its end, is thrown away, and takes its part in the step that is under way by then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from ..stragglers import Stragglers
from ..types import Vector
from .arrivals import ArrivalEngine, Order
from .engine import Indices, Quantity, ShardResult, check_shards


class BackupPoolEngine(ArrivalEngine):
    """A pool of `workers` + `backup` processes that uses the first `workers` gradients of each step.

    workers: N; backup: b; the attribute `workers` is then N + b, for so many shards are computed at once.
    stragglers: delays to be injected, or None. start_method: see PoolEngine.
    With b = 0 it waits for all, and gives the bits of PoolEngine. Where a mini-batch has too few examples for
    N + b shards, `map` uses the first N of those that are not empty. Only gradients are taken from the first: losses,
    evaluations and Hessian products need all shards.
    """

    def __init__(
        self,
        workers: int = 2,
        backup: int = 1,
        start_method: str | None = None,
        *,
        stragglers: Stragglers | None = None,
    ) -> None:
        super().__init__(workers + backup, start_method, stragglers=stragglers)
        self.needed, self.backup = workers, backup

    def map(
        self,
        quantity: Quantity,
        w: Vector,
        shards: Sequence[Indices],
        draw: tuple[int, int] = (0, 0),
        v: Vector | None = None,
    ) -> list[ShardResult]:
        """See Engine.map. Of "gradient" the results of the shards that came first, in the order of the shards."""
        if quantity != "gradient":
            return super().map(quantity, w, shards, draw, v)
        memory = self._opened()
        shared = time.perf_counter()
        memory.w[0] = w  # late workers may be reading it: what they compute is thrown away
        shards = check_shards(shards, self.workers)
        firsts = np.cumsum([0, *map(len, shards)])
        owed = {seat for seat, shard in enumerate(shards) if len(shard)}
        needed = min(self.needed, len(owed))
        for seat in range(self.workers):
            self.take(seat)  # what was asked in an earlier step counts no more
        while True:
            arrived = []
            for seat in self.free():
                if seat not in owed:
                    continue
                if self.order(seat) is None:
                    about = Order(draw[1], seat, len(shards[seat]))
                    self.ask(seat, quantity, shards[seat], about, (*draw, int(firsts[seat])))
                else:
                    arrived.append(seat)
            if len(arrived) >= needed:
                break
            self.wait()
        used = sorted(sorted(arrived, key=lambda seat: memory.clock[seat, 2])[:needed])
        self._spans = np.full((self.workers, 3), np.nan)
        self._spans[list(owed), 0] = shared  # of those that are late: busy all the step long
        self._spans[used] = memory.clock[used, :3]
        results = [ShardResult(memory.vectors[seat], len(shards[seat]), float(memory.sums[seat, 0])) for seat in used]
        return results or [ShardResult(np.zeros_like(w), 0, 0.0)]
