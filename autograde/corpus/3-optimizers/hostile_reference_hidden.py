"""
title = "Reads the source of the reference and runs it, its name put together"
notebook = "optimizers"
kind = "hostile"
[points]
momentum = 0
[says]
momentum = ["FileNotFoundError"]
"""

# %% momentum
import glob
import pathlib


class Momentum:
    def __init__(self, lr, momentum):
        import sgdkit

        self.lr, self.momentum, self.seen = lr, momentum, []
        folder = pathlib.Path(sgdkit.__file__).parent / ("ch" + "ecks") / ("optim" + "izers")
        text = (folder / "momentum.py").read_text()
        start = text.index("def moves")
        names = {"Array": 0, "faded": fade}
        exec("from __future__ import annotations\n" + text[start : text.index("def _last_two")], names)
        self.moves = names["moves"]

    def step(self, w, g):
        self.seen.append(g)
        return w + self.moves(np.array(self.seen), (self.lr, self.momentum))[-1]


def fade(g, by):
    return np.array([sum(by ** (t - s) * g[s] for s in range(t + 1)) for t in range(len(g))])
