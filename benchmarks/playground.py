"""The playground: how soon a slider is answered, and what looking costs.

A slider of the parabola's playground is moved in a real kernel with a warm pool, 300 steps of 16 examples: milliseconds
until the first new picture has left, and until all four show the run's end. In the browser: from the event of the key
to the new picture decoded, the way through JupyterLab and back included; where Chromium is installed. Then the slides'
network is trained with the pictures moving and with the painter asleep, by turns; the loss of speed is the median of
the rounds' ratios.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from sgdkit.look import style

from .driver import ROOT
from .measurement import Data, Options, say
from .table import Table

NAMES = {"first": "first new picture", "last": "all pictures of the whole run"}


def measure(options: Options) -> Data:
    """Kernel, then browser."""
    say("playground: in a kernel")
    data: Data = in_a_kernel(f"probe({options.rounds}, {options.some(600, 40)})")
    data["rounds"] = options.rounds
    data["browser"] = None
    if not options.quick:
        say("playground: in the browser")
        data["browser"] = in_the_browser(options.rounds)
    return data


def in_a_kernel(call: str) -> Data:
    """What a function of this file returns in a kernel of its own."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    printed: list[str] = []

    def hook(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            printed.append(content["text"])

    try:
        code = f"import json; from benchmarks.playground import probe; print(json.dumps({call}))"
        reply = client.execute_interactive(code, timeout=900, output_hook=hook)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    found: Data = json.loads("".join(printed))
    return found


def probe(rounds: int, steps: int) -> Data:
    """Runs in the kernel. Latencies in seconds; speeds in steps a second; pictures a second while it trained."""
    from sgdkit.look import playground

    page = playground()
    sent: list[float] = []
    for image in page.images.values():
        image.observe(lambda _: sent.append(time.perf_counter()), "value")
    rest(page)
    latencies = []
    for number in range(2 * rounds + 1):
        sent.clear()
        begin = time.perf_counter()
        page.controls.widgets["lr"].value = (0.05, 0.06)[number % 2]
        rest(page)
        latencies.append({"first": sent[0] - begin, "last": sent[-1] - begin})
    page.controls.widgets["network"].value = "ANN, 50 nodes"
    page.controls.widgets["batch_size"].value = 256.0
    rest(page)
    page.controls.widgets["steps"].value = 3_000 if steps > 100 else 1_000
    rest(page)
    looking = []
    for _ in range(rounds):
        pair: dict[str, float] = {}
        for name in ("asleep", "drawing"):
            if name == "asleep":
                page._drawing.acquire()
            drawn, begin = page.pictures, time.perf_counter()
            page.controls.start.click()
            page.wait(600)
            if name == "drawing":
                pair["pictures"] = (page.pictures - drawn) / (time.perf_counter() - begin)
            else:
                page._drawing.release()
            record = page.runner.current
            pair[name] = record.steps / float(record.seconds[-1])
            rest(page)
        looking.append(pair)
    page.close()
    return {"latencies": latencies[1:], "looking": looking}


def rest(page: Any) -> None:
    """Until the run has ended and its last pictures are drawn."""
    page.wait(600)
    while page._scored is not page.runner.current or page._news.is_set():
        time.sleep(0.005)
    time.sleep(0.3)


def in_the_browser(rounds: int) -> list[float] | None:
    """Seconds from a key that moves the slider to the new picture decoded; None without Chromium."""
    from tests.browser.chromium import Browser
    from tests.browser.lab import Lab
    from tests.browser.playground_page import NOTEBOOK, PlaygroundPage

    try:
        browser = Browser()
    except RuntimeError as error:
        say(f"playground: {error}")
        return None
    with browser, Lab(NOTEBOOK) as lab:
        page = PlaygroundPage(lab, browser)
        page.until_words("Finished")
        browser.js(WATCH)
        found = []
        for number in range(2 * rounds + 1):
            browser.js(f"({page.slider('lr')}).focus(); window.answered = null")
            browser.press("ArrowLeft" if number % 2 else "ArrowRight")
            browser.until("window.answered !== null", "a new picture")
            found.append(float(browser.js("window.answered")) / 1e3)
            page.until_words("Finished")
            time.sleep(0.5)
        return found[1:]


WATCH = """(() => {
    const image = document.querySelector("img.widget-image");
    window.answered = null; window.pressed = 0;
    document.addEventListener("keydown", () => { window.pressed = performance.now() }, true);
    image.addEventListener("load", () => {
        if (window.answered === null) window.answered = performance.now() - window.pressed;
    });
})()"""


def results(data: Data) -> dict[str, float]:
    """What is measured, in milliseconds, pictures a second, and per cent."""
    found = {name: statistics.median(sample[name] for sample in data["latencies"]) * 1e3 for name in NAMES}
    if data["browser"]:
        found["browser"] = statistics.median(data["browser"]) * 1e3
    found["pictures"] = statistics.median(pair["pictures"] for pair in data["looking"])
    found["cost"] = (1 - statistics.median(pair["drawing"] / pair["asleep"] for pair in data["looking"])) * 100
    return found


GOALS = {"first": 100.0, "browser": 150.0, "pictures": 10.0, "cost": 10.0}


def tables(data: Data) -> list[Table]:
    """Against the goals."""
    names = {
        "first": "slider to the first new picture, in the kernel (ms)",
        "last": "slider to the last picture of 300 steps, in the kernel (ms)",
        "browser": "key to the new picture, in the browser (ms)",
        "pictures": "pictures a second while the ANN trains, the four in turn",
        "cost": "training slower by looking (%)",
    }
    table = Table("playground", "The playground: medians.", ["", "measured", "goal"])
    for name, value in results(data).items():
        table.rows.append([names[name], value, GOALS.get(name)])
    return [table]


def sentences(data: Data) -> list[str]:
    """Whether the goals are reached."""
    found = results(data)
    said = [f"A slider is answered after {found['first']:.0f} ms in the kernel (goal: {GOALS['first']:.0f})."]
    if "browser" in found:
        said.append(f"In the browser it is {found['browser']:.0f} ms (goal: {GOALS['browser']:.0f}).")
    said.append(f"{found['pictures']:.1f} pictures a second cost {found['cost']:.1f} % of the training's speed.")
    return said


def pictures(data: Data) -> dict[str, style.Picture]:
    """The table says it all."""
    return {}
