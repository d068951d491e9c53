"""The example in docs/adding-an-engine.md is a working engine."""

from __future__ import annotations

import re

import numpy as np

from sgdkit import SGD, SyncSGD
from sgdkit.data import parabola
from sgdkit.models import parabola as network


def test_the_example_of_the_docs_gives_the_bits_of_the_serial_engine(root, capsys):
    text = (root / "docs" / "adding-an-engine.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    assert "46 steps" in capsys.readouterr().out

    runs = []
    for engine in ("serial", names["ThreadEngine"](3)):
        with SyncSGD(network(), SGD(0.05), workers=3, batch_size=16, engine=engine) as trainer:
            runs.append(trainer.fit(parabola().train, epochs=3, progress=False))
    assert np.array_equal(runs[0].w, runs[1].w)
