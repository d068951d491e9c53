"""A real browser for tests, by its own DevTools protocol: what a person sees, clicks and types.

Mouse and keys are the browser's own input events, which go the whole way through its hit testing and focus, not
JavaScript that calls a handler. It needs Chromium or Chrome, and no driver beside it.
"""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import websocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--mute-audio", "--remote-debugging-port=0", "--remote-allow-origins=*",
    # A test's window is never in front: let its timers run all the same.
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)  # fmt: skip
KEYS = {
    "ArrowRight": 39, "ArrowLeft": 37, "ArrowUp": 38, "ArrowDown": 40, "Tab": 9, "Enter": 13, " ": 32, "Home": 36,
    "End": 35, "Escape": 27,
}  # fmt: skip
PATIENCE = 60.0  # seconds for anything; nothing in a test may depend on how long it really takes


class BrowserError(AssertionError):
    """What was waited for did not come, or the page threw an error."""


class Browser:
    """One page in a headless Chromium with a profile of its own, which is deleted at the end."""

    def __init__(self, width: int = 1280, height: int = 1100, sharpness: float = 1.0) -> None:
        program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
        if program is None:
            raise RuntimeError(f"none of {', '.join(PROGRAMS)} is installed")
        self.complaints: list[str] = []  # errors and warnings of the console, uncaught exceptions
        self._profile = tempfile.mkdtemp(prefix="browser-")
        flags = [*FLAGS, f"--user-data-dir={self._profile}", f"--window-size={width},{height}", "about:blank"]
        self._process = subprocess.Popen([program, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._socket = websocket.create_connection(self._page_address(), timeout=PATIENCE, max_size=None)
        except Exception:
            self.close()
            raise
        self._numbers = itertools.count(1)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.resize(width, height, sharpness)

    def _page_address(self) -> str:
        """Where the page listens: the browser writes its port into the profile."""
        file = Path(self._profile) / "DevToolsActivePort"
        port = wait_for(lambda: file.exists() and file.read_text().split("\n")[0], "the browser's port")
        pages = json.loads(urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE).read())
        return str(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"))

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its result; what the page reports meanwhile is kept."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']['message']}")
                result: dict[str, Any] = message["result"]
                return result
            self._listen(message)

    def _listen(self, message: dict[str, Any]) -> None:
        what, given = message.get("method"), message.get("params", {})
        if what == "Runtime.exceptionThrown":
            details = given["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif what == "Runtime.consoleAPICalled" and given["type"] in ("error", "assert"):
            said = " ".join(str(part.get("value", part.get("description", ""))) for part in given["args"])
            self.complaints.append(f"console: {said}")
        elif what == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.complaints.append(f"{given['entry']['text']} {given['entry'].get('url', '')}")

    def open(self, address: str) -> None:
        """Go to a page."""
        self.send("Page.navigate", url=address)

    def resize(self, width: int, height: int, sharpness: float = 1.0) -> None:
        """The size of the window in page pixels."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=sharpness, mobile=False
        )

    def js(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, expression: str, what: str = "", seconds: float = PATIENCE) -> Any:
        """Wait until an expression is true, and return its value."""
        return wait_for(lambda: self.js(expression), what or expression, seconds)

    def place(self, element: str) -> tuple[float, float]:
        """The middle of an element (a JavaScript expression), brought into view."""
        x, y, width, height = self.box(element, "center")
        return x + width / 2, y + height / 2

    def box(self, element: str, block: str = "") -> tuple[float, float, float, float]:
        """Left, top, width and height of an element in page pixels, as soon as the page has it.

        block: "center" or "start" brings it there first.
        """
        scroll = f"e.scrollIntoView({{block: '{block}', behavior: 'instant'}});" if block else ""
        found = self.until(
            f"(() => {{ try {{ const e = {element}; {scroll} const r = e.getBoundingClientRect(); "
            "return r.width > 0 ? [r.x, r.y, r.width, r.height] : null } catch { return null } })()",
            element,
        )
        x, y, width, height = map(float, found)
        return x, y, width, height

    def click(self, element: str) -> None:
        """Press and release the mouse in the middle of an element."""
        x, y = self.place(element)
        self._mouse("mousePressed", x, y)
        self._mouse("mouseReleased", x, y)

    def drag(self, element: str, dx: float, dy: float = 0.0, steps: int = 8) -> None:
        """Take an element with the mouse, move it by so many pixels, and let go."""
        x, y = self.place(element)
        self._mouse("mousePressed", x, y)
        for i in range(1, steps + 1):
            self._mouse("mouseMoved", x + dx * i / steps, y + dy * i / steps, held=True)
        self._mouse("mouseReleased", x + dx, y + dy)

    def _mouse(self, kind: str, x: float, y: float, held: bool = False) -> None:
        button = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {"button": "left" if held else "none"}
        down = 1 if held or kind == "mousePressed" else 0
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, buttons=down, **button)

    def press(self, key: str, shift: bool = False) -> None:
        """Press and release a key, wherever the focus is."""
        common: dict[str, Any] = {"key": key, "code": "Space" if key == " " else key, "modifiers": 8 if shift else 0}
        if key in KEYS:
            common["windowsVirtualKeyCode"] = KEYS[key]
        text = {"Enter": "\r", " ": " "}.get(key)
        self.send("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def screenshot(self, path: Path, element: str | None = None) -> Path:
        """The window, or an element as large as it is, as a PNG file."""
        clip = {}
        if element is not None:
            x, y, width, height = self.box(element, "start")
            clip = {"clip": {"x": x, "y": y, "width": width, "height": height, "scale": 1}}
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=False, **clip)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    def close(self) -> None:
        """End the browser and delete its profile."""
        try:
            self.send("Browser.close")
        except Exception:  # it may be gone already, or never have answered
            self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def wait_for(look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Ask until the answer is true; BrowserError where that takes too long."""
    end = time.monotonic() + seconds
    while not (answer := look()):
        if time.monotonic() > end:
            raise BrowserError(f"waited {seconds:.0f} s in vain for: {what}")
        time.sleep(0.05)
    return answer
