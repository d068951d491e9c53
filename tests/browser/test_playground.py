"""The playground in a real browser: mouse, keyboard, and nothing to complain about."""

from __future__ import annotations

import json

import nbformat
import pytest

from tests.browser.chromium import Browser, wait_for
from tests.browser.lab import Lab
from tests.browser.playground_page import NOTEBOOK, PlaygroundPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


# A playground whose heart beats fast, and that says of itself to a file: beats, whether it trains, how the run ended.
WATCHED = """
import os, threading, time
from sgdkit.look import playground

def slow(results):
    time.sleep(0.01)  # 30,000 steps take five minutes and more
    return sum(g for g, n in results) / sum(n for g, n in results)

def write():
    while True:
        with open("new.txt", "w") as told:
            told.write(f"{p._heart.value} {p.runner.running} {p.runner.current and p.runner.current.ending}")
        os.replace("new.txt", "told.txt")
        p._presence.silence = 5.0 if os.path.exists("hurry") else 600.0
        time.sleep(0.2)

p = playground(average=slow)
p._heart.interval = 200
threading.Thread(target=write, daemon=True).start()
p
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    watched = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(WATCHED)])
    watched.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file = tmp_path_factory.mktemp("notebooks") / "watched.ipynb"
    nbformat.write(watched, file)
    with Lab(NOTEBOOK, file) as running:
        yield running


@pytest.fixture(scope="module")
def page(lab):
    with Browser() as browser:
        yield PlaygroundPage(lab, browser)


def test_it_opens_with_a_run_that_has_ended_and_is_told(page):
    assert "Finished after 300 steps" in page.until_words("Finished")
    assert len(set(page.pictures())) == 4


def test_every_picture_has_words(page):
    page.browser.until("[...document.querySelectorAll('img.widget-image')].every(i => i.title.includes('Finished'))")
    titles = page.browser.js("[...document.querySelectorAll('img.widget-image')].map(i => i.title.split('.')[0])")
    assert titles == ["Loss against steps", "Loss against seconds", "Path on the loss contour", "What the workers do"]


def test_a_slider_moved_by_mouse_trains_again(page):
    before, rate = page.pictures(), page.shown("lr")
    page.browser.drag(page.slider("lr"), 60)
    page.until_new(before)
    assert float(page.shown("lr")) > 3 * float(rate)
    assert "λmax" in page.until_words("Diverged")


def test_a_slider_moved_by_keyboard_trains_again(page):
    page.browser.click(page.slider("lr"))
    for _ in range(60):
        if float(page.shown("lr")) <= 0.1:
            break
        page.browser.press("ArrowLeft")
    page.until_words("Finished")
    before = page.pictures()
    page.browser.press("ArrowLeft")
    page.until_new(before)
    assert float(page.shown("lr")) < 0.1
    page.until_words("Finished")


def test_tab_reaches_every_control_in_order(page):
    page.browser.js("document.querySelector('.widget-dropdown select').focus()")
    reached = [page.focused()]
    while "Dark" not in reached[-1] and len(reached) < 30:
        page.browser.press("Tab")
        reached.append(page.focused())
    wanted = ["Network", "Data", "Optimizer", "Steps", "Workers", "Mini-batch", "Learning rate", "Start again", "Dark"]
    first = [next(i for i, found in enumerate(reached) if name in found) for name in wanted]
    assert first == sorted(first), reached


def test_workers_and_mini_batches_by_keyboard(page):
    for name in ("workers", "batch_size"):
        page.until_words("Finished")
        before, shown = page.pictures(), page.shown(name)
        page.browser.js(f"({page.slider(name)}).focus()")
        page.browser.press("ArrowRight")
        page.until_new(before)
        assert int(page.shown(name)) > int(shown)


def test_stop_by_mouse_while_the_pictures_move_and_start_by_keyboard(page):
    page.choose("steps", "30,000")
    page.until_words("Step ", "of 30,000")
    for _ in range(3):
        page.until_new(page.pictures())
    page.browser.until(f"!({page.button('Stop')}).disabled", "the stop button")
    page.browser.click(page.button("Stop"))
    page.until_words("Stopped after")
    page.choose("steps", "300")
    page.until_words("Finished after 300")
    before = page.pictures()
    page.browser.js(f"({page.button('Start again')}).focus()")
    page.browser.press("Enter")
    page.until_new(before)
    page.until_words("Finished after 300")


def test_dark_pictures_and_another_network(page):
    before = page.pictures()
    page.browser.click(page.button("Dark"))
    page.until_new(before)
    page.choose("network", "Lorenz")
    assert "Finished after 1,000 steps" in page.until_words("Finished after 1,000")
    page.choose("network", "parabola, 5 nodes")
    page.until_words("Finished after 300")


def test_running_the_cell_again_leaves_one_playground_and_no_old_process(page, lab):
    old = lab.workers()
    assert old
    page.run_cell("document.querySelector('.jp-CodeCell')")
    page.until_words("Finished after 300")
    assert page.browser.js("document.querySelectorAll('.widget-hslider').length") == 3
    wait_for(lambda: not lab.workers() & old, "the old workers to end")


def test_the_page_fits_a_phone(page):
    page.browser.resize(390, 844)
    try:
        page.browser.until(
            "document.querySelector('img.widget-image').getBoundingClientRect().width < 391", "a narrow page"
        )
        boxes = page.browser.js(
            "[...document.querySelectorAll('img.widget-image')].map(i => i.getBoundingClientRect().y)"
        )
        assert len({round(y) for y in boxes}) == 4  # one below the other
    finally:
        page.browser.resize(1280, 1100)


def test_the_console_is_silent(page):
    """Comes last: no error of any test before it."""
    ours = [line for line in page.browser.complaints if "favicon" not in line]
    assert ours == []


def test_nothing_was_asked_of_the_network(page, lab):
    asked = page.browser.js("performance.getEntriesByType('resource').map(e => e.name)")
    elsewhere = [name for name in asked if not name.startswith((lab.address, "blob:", "data:"))]
    assert elsewhere == [], json.dumps(elsewhere[:5])


def test_a_heart_beats_also_after_a_reload_and_a_closed_page_stops_the_run(lab):
    file = lab.folder / "work" / "told.txt"

    def told(part: int) -> str:
        return file.read_text().split(maxsplit=2)[part]

    def beats() -> None:
        before = int(told(0))
        wait_for(lambda: int(told(0)) > before + 2, "the heart to beat")

    with Browser() as browser:
        page = PlaygroundPage(lab, browser, "watched.ipynb")
        page.choose("steps", "30,000")
        page.until_words("Step ", "of 30,000")
        beats()
        page.save()
        page.reload()
        page.until_words("Step ", "of 30,000")
        beats()
        assert told(1) == "True"
        browser.open("about:blank")
        (file.parent / "hurry").touch()
        wait_for(lambda: told(1) == "False" and "stopped" in told(2), "the run to stop")


@pytest.mark.long  # a minute: a server, a kernel and a page of its own
def test_it_works_in_notebook_7_where_the_arrow_keys_belong_to_the_notebook():
    with Lab(NOTEBOOK, program="notebook") as server, Browser() as browser:
        page = PlaygroundPage(server, browser)
        page.until_words("Finished after 300")
        for name, number, shown in (("lr", "0.05", "0.050"), ("batch_size", "30", "32"), ("workers", "3", "3")):
            before = page.pictures()
            page.type_number(name, number)
            page.until_new(before)
            assert page.shown(name) == shown
            page.until_words("Finished after 300")
        before = page.pictures()
        browser.drag(page.slider("lr"), 25)
        page.until_new(before)
