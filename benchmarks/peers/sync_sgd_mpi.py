"""The kit on MPI: SyncSGD with the MPI engine, on each rank."""

from __future__ import annotations

from sgdkit import SyncSGD
from sgdkit.engines.mpi import Exchange, MPIEngine
from sgdkit.optimizers import SGD

from ..case import Case
from .peer import Place
from .sync_sgd import SyncSGDPeer


class SyncSGDMPIPeer(SyncSGDPeer):
    """exchange: "allreduce" or "allgather"."""

    def __init__(self, case: Case, place: Place, exchange: Exchange = "allreduce") -> None:
        engine = MPIEngine(exchange)
        self.case, self.rank, self.data = case, engine.rank, case.make_data()
        self.trainer = SyncSGD(case.make_network(), SGD(case.lr), batch_size=case.batch, seed=case.seed, engine=engine)
        self._w = self.trainer.model.init(case.seed, case.dtype)
