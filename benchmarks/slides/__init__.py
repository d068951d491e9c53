"""The six plots of the slides (seeds/001), and whether our figures agree with their four conclusions.

Time of an iteration: SyncSGD with the pool, random images, as in `steps`. With more nodes than the machine has cores
they share them. Accuracy: on the test set of the digits, and of MNIST where it can be had, with the slides' λ = 5; a
fixed learning rate for all batch sizes; means over seeds. Both readings of "more nodes" are there: one mini-batch
split over the nodes, and a mini-batch for each node, so that the whole one grows with them. Accuracies are computed by
the serial engine, which gives what that many workers would give, to the bit.
"""

from __future__ import annotations

from ..measurement import Data, Options
from . import learning, times
from .conclusions import sentences
from .pictures import pictures
from .tables import tables

__all__ = ["measure", "pictures", "sentences", "tables"]


def measure(options: Options) -> Data:
    """Times against nodes and batches; accuracies against batches and nodes."""
    return {"rounds": options.rounds, "times": times.measure(options), "learning": learning.measure(options)}
