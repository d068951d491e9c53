"""(d) torch's DistributedDataParallel with gloo: one process a worker, one thread each.

Every rank has all data and takes its shard of each mini-batch. DDP averages the ranks' gradients, so each rank's
loss is its SUM times the number of ranks over the mini-batch's examples: right for uneven shards, too.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from ..case import Case
from .peer import Place, shards
from .torch_networks import sum_of_losses
from .torch_single import TorchSingle


class TorchDDP(TorchSingle):
    """One rank."""

    def __init__(self, case: Case, place: Place, channels_last: bool = False) -> None:
        super().__init__(case, place, 1, channels_last)
        self.ranks = place.ranks
        meeting = Path(place.folder, "ddp").absolute().as_uri()
        dist.init_process_group(
            "gloo", init_method=meeting, rank=place.rank, world_size=place.ranks, timeout=timedelta(minutes=5)
        )
        self.parallel = DistributedDataParallel(self.network, gradient_as_bucket_view=True)

    def _step(self, start: int, stop: int) -> None:
        begin, end = shards(start, stop, self.ranks)[self.rank]
        self.optimizer.zero_grad()
        total = sum_of_losses(self.case, self.parallel(self.X[begin:end]), self.Y[begin:end])
        loss = total * (self.ranks / (stop - start))
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())

    def close(self) -> None:
        dist.destroy_process_group()
