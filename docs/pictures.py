"""Make the pictures in docs/images again (make pictures), or those named (python docs/pictures.py race), and the
words that stand in for them.

contour     the run of make demo, on the loss surface
race        SGD and momentum, from the same start
timeline    what two workers did when; measured, so it is another one every time

Each comes in light and dark. What is seen goes, in words, into a .txt file beside it and into the README where it shows
the picture. The same versions of numpy and matplotlib give the same contour and race.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable
from pathlib import Path

from sgdkit import Run, SyncSGD
from sgdkit.cli import demo
from sgdkit.data import digits
from sgdkit.look import Picture, alt_text, loss_contour, race, timeline
from sgdkit.models import ann
from sgdkit.optimizers import SGD, Momentum, Optimizer

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "images"
README = DOCS.parent / "README.md"


def main(*names: str) -> None:
    """Train, draw in light and dark, write what is seen in words: of all pictures, or of those named."""
    train, _ = digits()
    run = trained(SGD(lr=demo.RATE), batch_size=demo.BATCH, epochs=demo.EPOCHS)
    plain = trained(SGD(lr=0.02), batch_size=64, epochs=20)
    faster = trained(Momentum(lr=0.005), batch_size=64, epochs=20)
    pictures: dict[str, Callable[[str], Picture]] = {
        "contour": lambda theme: loss_contour(run, train, theme=theme),
        "race": lambda theme: race([plain, faster], train, theme=theme),
        "timeline": lambda theme: timeline(run, theme=theme),
    }
    if unknown := set(names) - set(pictures):
        raise SystemExit(f"no picture is called {', '.join(sorted(unknown))}: there are {', '.join(pictures)}.")
    IMAGES.mkdir(exist_ok=True)
    for name, draw in pictures.items():
        if names and name not in names:
            continue
        draw("dark").save(IMAGES / f"{name}-dark.png")
        picture = draw("light")
        picture.save(IMAGES / f"{name}.png")
        words = alt_text(picture)
        (IMAGES / f"{name}.txt").write_text(words + "\n", encoding="utf-8")
        describe_in_readme(name, words)
        print(f"{name}: {words}")


def trained(optimizer: Optimizer, batch_size: int, epochs: int) -> Run:
    """A run of the slides' network on the digits with two workers."""
    train, test = digits()
    with SyncSGD(ann(hidden=50), optimizer=optimizer, workers=2, batch_size=batch_size, seed=0) as trainer:
        return trainer.fit(train, epochs=epochs, test=test)


def describe_in_readme(name: str, words: str) -> None:
    """Put the words into the README's <img> of this picture, if it has one."""
    text = README.read_text(encoding="utf-8")
    image = rf'(<img src="docs/images/{name}\.png"[^>]*? alt=)"[^"]*"'
    described = re.sub(image, lambda found: f'{found[1]}"{html.escape(words)}"', text)
    if described != text:
        README.write_text(described, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
