"""The playground's notebook in a browser, as its user sees it."""

from __future__ import annotations

from pathlib import Path

from tests.browser.chromium import Browser, BrowserError, wait_for
from tests.browser.lab import ROOT, Lab

NOTEBOOK = ROOT / "notebooks" / "playground" / "playground.ipynb"
SLIDERS = {"workers": 0, "batch_size": 1, "lr": 2}
CHOICES = {"network": 0, "data": 1, "optimizer": 2, "steps": 3}


class PlaygroundPage:
    """Opens the notebook and runs its first code cell by keyboard. Its methods are what a person does and sees."""

    def __init__(self, lab: Lab, browser: Browser, notebook: str = NOTEBOOK.name) -> None:
        self.browser = browser
        browser.open(lab.page(notebook))
        cell = "document.querySelector('.jp-CodeCell')"
        browser.until(f"!!{cell}", "the notebook's cells")
        ready = (
            ".jp-Notebook-ExecutionIndicator[data-status=idle], .jp-NotebookKernelStatus-idle, .jp-NotebookKernelLogo"
        )
        browser.until(f"!!document.querySelector('{ready}')", "the kernel")
        self.run_cell(cell)

    def run_cell(self, cell: str) -> None:
        """Click into the cell and press Shift+Enter; again if the kernel was not there yet."""
        browser = self.browser
        yes = "document.querySelector('.jp-Dialog .jp-mod-accept')?.click()"  # which kernel? The one it names
        for _ in range(5):
            browser.js(yes)
            browser.click(f"{cell}.querySelector('.jp-InputArea-editor')")
            browser.press("Enter", shift=True)
            try:
                browser.until(f"({yes}, {_DRAWN})", "four pictures", 25)
                return
            except AssertionError:
                continue
        browser.until(_DRAWN, "four pictures", 25)

    def slider(self, name: str) -> str:
        """The handle of a slider."""
        return f"document.querySelectorAll('.widget-hslider .noUi-handle')[{SLIDERS[name]}]"

    def shown(self, name: str) -> str:
        """The number beside a slider."""
        return str(
            self.browser.js(f"document.querySelectorAll('.widget-hslider .widget-readout')[{SLIDERS[name]}].innerText")
        )

    def type_number(self, name: str, number: str) -> None:
        """Write into the number beside a slider."""
        self.browser.js(f"document.querySelectorAll('.widget-hslider .widget-readout')[{SLIDERS[name]}].focus()")
        self.browser.send("Input.dispatchKeyEvent", type="keyDown", key="a", modifiers=2, commands=["selectAll"])
        self.browser.send("Input.insertText", text=number)
        self.browser.press("Enter")

    def choose(self, name: str, words: str) -> None:
        """Take an entry of a list by typing it, as the keyboard does."""
        select = f"document.querySelectorAll('.widget-dropdown select')[{CHOICES[name]}]"
        change = "s.dispatchEvent(new Event('change', {bubbles: true}))"
        self.browser.js(f"(s => {{ s.focus(); s.value = {words!r}; {change} }})({select})")

    def button(self, words: str) -> str:
        """The button with these words."""
        buttons = "[...document.querySelectorAll('.widget-button, .widget-toggle-button')]"
        return f"{buttons}.find(b => b.innerText.includes({words!r}))"

    @property
    def words(self) -> str:
        """The line that says what happens."""
        return str(self.browser.js(f"{_STATUS}?.innerText ?? ''"))

    def until_words(self, *parts: str) -> str:
        """Wait until the line holds all of these."""
        has = " && ".join(f"t.includes({part!r})" for part in parts)
        self.browser.until(f"(t => {has})({_STATUS}?.innerText ?? '')", f"the words {parts}; there is {self.words!r}")
        return self.words

    def pictures(self) -> list[str]:
        """The addresses of the four pictures: a new one for each new picture."""
        return list(self.browser.js("[...document.querySelectorAll('img.widget-image')].map(i => i.src)"))

    def until_new(self, before: list[str]) -> None:
        """Wait until all pictures have changed and are decoded."""
        same = " || ".join(f"i.src === {address!r}" for address in before)
        done = f"i => !({same}) && i.complete && i.naturalWidth > 0"
        self.browser.until(f"[...document.querySelectorAll('img.widget-image')].every({done})", "new pictures")

    def save(self) -> None:
        """Press Ctrl+S and wait until the notebook holds what the page shows."""
        key = {"key": "s", "code": "KeyS", "windowsVirtualKeyCode": 83, "modifiers": 2}
        self.browser.send("Input.dispatchKeyEvent", type="keyDown", **key)
        self.browser.send("Input.dispatchKeyEvent", type="keyUp", **key)
        self.browser.until("!document.querySelector('.jp-mod-dirty')", "the notebook to be saved")

    def reload(self) -> None:
        """Load the page anew, and wait until the playground is there again."""
        self.browser.js("window.old = true")
        self.browser.send("Page.reload")
        wait_for(self._is_new, "the page to be there again")

    def _is_new(self) -> bool:
        try:
            return bool(self.browser.js(f"!window.old && !!{_STATUS}"))
        except BrowserError:  # asked while the page was changing
            return False

    def focused(self) -> str:
        """What the focus is on, in words that a test can compare."""
        return str(self.browser.js(
            "(e => e.closest('.jupyter-widgets, .widget-hslider')?.innerText.split('\\n')[0] ?? e.tagName)"
            "(document.activeElement)"
        ))  # fmt: skip

    def screenshot(self, path: Path) -> Path:
        """The cell with its output."""
        return self.browser.screenshot(path, "document.querySelector('.jp-CodeCell .jp-OutputArea')")


_STATUS = "[...document.querySelectorAll('.widget-html-content > div')].find(d => /^[▶✓■✗]/.test(d.innerText))"
_DRAWN = (
    "(i => i.length === 4 && i.every(j => j.naturalWidth > 0) && !!document.querySelector('[role=status]'))"
    "([...document.querySelectorAll('img.widget-image')])"
)
