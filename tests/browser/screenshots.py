"""Screenshots of the playground's main states: python -m tests.browser.screenshots [FOLDER], or make screenshots.

In JupyterLab, light and dark, at the size of a laptop and of a phone.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser.chromium import Browser
from tests.browser.lab import Lab
from tests.browser.playground_page import NOTEBOOK, PlaygroundPage


def states(page: PlaygroundPage, folder: Path, theme: str) -> None:
    """Finished, diverged, creeping, many workers, another network, running, on a phone."""

    def shot(name: str) -> None:
        print(page.screenshot(folder / f"{theme}-{name}.png"), page.words, sep=": ", flush=True)

    if theme == "dark":
        before = page.pictures()
        page.browser.click(page.button("Dark"))
        page.until_new(before)
    page.until_words("Finished")
    shot("1-finished")
    for name, number, words, state in (
        ("lr", "0.01", "Finished", "2-small-steps"),
        ("lr", "2", "Diverged", "3-diverged"),
        ("lr", "0.1", "Finished", ""),
        ("workers", "8", "Finished", "4-eight-workers"),
        ("workers", "2", "Finished", ""),
    ):
        before = page.pictures()
        page.type_number(name, number)
        page.until_new(before)
        page.until_words(words)
        if state:
            shot(state)
    page.choose("network", "ANN, 50 nodes")
    page.until_words("test digits")
    page.type_number("batch_size", "1024")
    page.until_words("mini-batch of 1024" if "1024" in page.words else "test digits")
    shot("5-digits")
    page.choose("steps", "30,000")
    page.until_words("Step ", "of 30,000")
    page.until_new(page.pictures())
    shot("6-running")
    page.browser.click(page.button("Stop"))
    page.until_words("Stopped after")
    page.browser.resize(390, 1600)
    page.browser.until("document.querySelector('img.widget-image').getBoundingClientRect().width < 391")
    shot("7-phone")


def main(folder: Path) -> None:
    """All states in both themes."""
    for theme in ("light", "dark"):
        with Lab(NOTEBOOK, dark=theme == "dark") as lab, Browser(1280, 1200) as browser:
            states(PlaygroundPage(lab, browser), folder, theme)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/screenshots"))
