"""The widgets, driven by their traits in a real kernel."""

from __future__ import annotations

import re

import pytest

from tests.notebook import Notebook, gone

OPEN = """
import time
from sgdkit.look import playground

def until(what):
    end = time.monotonic() + 100
    while not what():
        assert time.monotonic() < end, (p.status.value, p.runner.current and p.runner.current.ending)
        time.sleep(0.02)
    return True

def ended(lr=None):
    r = p.runner.current
    return not p.runner.running and r is not None and r.ending is not None and p._scored is r

p = playground()
w = p.controls.widgets
until(ended)
"""


@pytest.fixture(scope="module")
def notebook():
    book = Notebook()
    try:
        value(book.run(OPEN, timeout=120))
        yield book
    finally:
        book.close()


def value(output) -> str:
    """The cell's last value; a cell that fails or writes to stderr fails the test."""
    assert output.error is None and output.stderr == "", output
    return output.value


def ask(notebook: Notebook, cell: str) -> str:
    return value(notebook.run(cell, timeout=120))


def test_the_first_run_is_drawn_and_told(notebook):
    assert ask(notebook, "sorted(len(i.value) > 5000 for i in p.images.values())") == "[True, True, True, True]"
    assert "Finished after 300 steps" in ask(notebook, "until(lambda: 'Finished' in p.status.value); p.status.value")
    assert "Loss against steps. parabola" in ask(notebook, "p.images['steps'].tooltip")


@pytest.mark.parametrize(
    ("name", "new"),
    [("lr", "0.05"), ("batch_size", "32"), ("workers", "1"), ("optimizer", "'Adam'"), ("steps", "1000")],
)
def test_each_choice_trains_again_and_draws_another_picture(notebook, name, new):
    cell = f"""
        before = p.runner.current, p.images["steps"].value
        w[{name!r}].value = {new}
        until(lambda: ended() and p.runner.current is not before[0] and p.images["steps"].value != before[1])
        p.runner.current.settings.{name}
    """
    assert ask(notebook, cell) == new


def test_another_network_brings_its_data_sizes_and_rate_in_one_run(notebook):
    cell = """
        asked = []
        request = p.runner.request
        p.runner.request = lambda settings: (asked.append(settings), request(settings))
        w["network"].value = "Lorenz"
        until(lambda: ended() and p.runner.current.settings.network == "Lorenz")
        p.runner.request = request
        len(asked), w["data"].value, w["data"].options, 2 ** w["batch_size"].max, w["optimizer"].value, w["lr"].value
    """
    assert ask(notebook, cell) == "(1, 'lorenz', ('lorenz',), 1024.0, 'Adam', 0.02)"
    assert "loss of Lorenz on lorenz below 250" in ask(notebook, "p.game.value")
    ask(notebook, "w['network'].value = 'parabola, 5 nodes'; until(ended)")


def test_a_typed_mini_batch_becomes_a_power_of_two(notebook):
    cell = "w['batch_size'].value = 27\nuntil(lambda: ended() and p.runner.current.settings.batch_size == 32)\n"
    assert ask(notebook, cell + "w['batch_size'].value") == "32.0"
    ask(notebook, "w['batch_size'].value = 16; until(ended)")


def test_a_rate_that_is_too_large_is_told_with_the_limit(notebook):
    told = ask(notebook, "w['lr'].value = 3.0\nuntil(lambda: ended() and 'Diverged' in p.status.value)\np.status.value")
    assert re.search(r"Diverged at step \d+: the learning rate 3 is above 2/λmax ≈ 0\.\d+", told)
    ask(notebook, "w['lr'].value = 0.1; until(lambda: ended() and 'Finished' in p.status.value)")


def test_stop_and_start_again(notebook):
    cell = """
        w["steps"].value = 30000
        until(lambda: p.runner.current.steps > 5 and not p.controls.stop.disabled)
        p.controls.stop.click()
        until(lambda: ended() and p.controls.stop.disabled and "Stopped" in p.status.value)
        stopped = p.runner.current
        w["steps"].value = 300
        until(lambda: ended() and p.runner.current is not stopped)
        again = p.runner.current
        p.controls.start.click()
        until(lambda: ended() and p.runner.current is not again)
        stopped.ending.how, 0 < stopped.steps < 30000, again.ending.how, p.runner.current.settings == again.settings
    """
    assert ask(notebook, cell) == "('stopped', True, 'finished', True)"


def test_moving_a_slider_while_it_trains_restarts_it(notebook):
    cell = """
        w["steps"].value = 30000
        until(lambda: p.runner.current.settings.steps == 30000 and p.runner.current.steps > 5)
        for lr in (0.01, 0.02, 0.04):
            w["lr"].value = lr
        until(lambda: p.runner.current.settings.lr == 0.04 and p.runner.current.steps > 5)
        drawn = p.pictures
        until(lambda: p.pictures > drawn + 3)  # it moves
        w["steps"].value = 300
        until(ended)
        p.runner.current.settings.lr, p.runner.current.ending.how
    """
    assert ask(notebook, cell) == "(0.04, 'finished')"


def test_dark_pictures(notebook):
    cell = """
        import io, numpy; from PIL import Image
        def paper(): return numpy.asarray(Image.open(io.BytesIO(p.images["map"].value)))[-2, 2, :3].tolist()
        light = paper()
        p.controls.dark.value = True
        until(lambda: paper() != light)
        p.controls.dark.value = False
        until(lambda: paper() == light)
        light
    """
    assert ask(notebook, cell) == "[255, 255, 255]"


def test_ones_own_average_and_a_mistake_in_it(notebook):
    cell = """
        def average(results): return sum(g for g, n in results)
        def wrong(results): return results[0][0][:3]
        p = playground(average=wrong); w = p.controls.widgets
        until(lambda: ended() and "failed" == p.runner.current.ending.how and "broke off" in p.status.value)
        first = p.status.value
        p = playground(average=average); w = p.controls.widgets
        until(lambda: ended() and "Diverged" in p.status.value)
        first
    """
    told = ask(notebook, cell)
    assert "average returned an array of shape (3,)" in told and "<details>" in told


def test_ones_own_optimizer_stays_with_another_network_and_the_note_says_what_is_used(notebook):
    cell = """
        class Mine:
            def __init__(self, lr, much): self.lr, self.much = lr, much
            def step(self, w, g): return w - self.lr * self.much * g
        p = playground(optimizer=lambda lr: Mine(lr, 0.5)); w = p.controls.widgets
        until(ended)
        w["network"].value = "parabola, 10 nodes"
        until(lambda: ended() and p.runner.current.settings.network == "parabola, 10 nodes")
        kept = p.runner.current.settings.optimizer, p.runner.current.ending.how, "optimizer" in p.note.value
        w["optimizer"].value = "SGD"
        until(lambda: ended() and p.runner.current.settings.optimizer == "SGD")
        *kept, p.note.value
    """
    assert ask(notebook, cell) == "('your own', 'finished', True, '')"


def test_a_run_that_fails_at_once_leaves_no_picture_of_another_run(notebook):
    cell = """
        p = playground(average=average); w = p.controls.widgets
        until(lambda: ended() and len(p.images["map"].value) > 5000)
        p.runner._own = type(p._own)(average=lambda results: 1 / 0)
        w["lr"].value = 0.01
        until(lambda: ended() and "broke off at step 1." in p.images["map"].tooltip)
        blank = p._canvas.blank()
        [image.value == blank for image in p.images.values()]
    """
    assert ask(notebook, cell) == "[True, True, True, True]"


def test_a_gradient_that_hangs_is_told_and_stop_gives_it_up(notebook):
    cell = """
        def hangs(w, X, Y):
            while True: time.sleep(0.1)
        p = playground(gradient=hangs); w = p.controls.widgets
        until(lambda: "your own gradient does not come back. Stop gives it up." in p.status.value)
        p.runner._patience = 0.3
        p.controls.stop.click()
        until(lambda: ended() and "gradient did not come back" in p.status.value)
        p.status.value
    """
    assert "The run broke off at step 1. Your own gradient did not come back, so its" in ask(notebook, cell)


def test_what_a_stored_notebook_shows(notebook):
    bundle = ask(notebook, "p = playground(); b = p._repr_mimebundle_(); sorted(b), b['text/plain']")
    assert "'application/vnd.jupyter.widget-view+json', 'image/png', 'text/plain'" in bundle
    assert "The sliders need a notebook in a browser. Here is one run, drawn once." in bundle


def test_somebody_who_left_stops_the_run(notebook):
    cell = """
        w = p.controls.widgets
        w["steps"].value = 30000
        until(lambda: p.runner.current.settings.steps == 30000 and p.runner.current.steps > 5)
        p._heart.value += 1
        p._presence.silence = -1.0
        until(lambda: not p.runner.running)
        p._presence.silence = 200.0
        p.runner.current.ending.how
    """
    assert ask(notebook, cell) == "'stopped'"


def test_every_page_that_shows_it_makes_the_heart_begin_anew(notebook):
    cell = """
        changes = []
        p._heart.observe(lambda change: changes.append(change["new"]), "playing")
        for views in (1, 2, 1):
            p._heart._view_count = views
        p._presence._unseen, changes
    """
    assert ask(notebook, cell) == "(None, [True, False, True, False, True])"
    ask(notebook, "p._heart._view_count = 0; assert p._presence._unseen")
    ask(notebook, "p._heart._view_count = 1; assert p._presence._unseen is None")


def test_a_new_one_closes_the_old_one_and_its_processes(notebook):
    pids = eval(ask(notebook, "old = p; until(ended); w['steps'].value = 30000; old.runner.pools.pids"))
    assert pids
    cell = """p = playground(); w = p.controls.widgets; until(ended); (
        old._closed, old.box.comm is None, p._closed, old._heart.playing, old._heart._view_count
    )"""
    assert ask(notebook, cell) == "(True, True, False, False, None)"
    assert gone(pids)


def test_a_page_that_closes_it_leaves_nothing(notebook):
    pids = eval(ask(notebook, "until(ended); p.runner.pools.pids"))
    assert ask(notebook, "p.box.comm.handle_close({}); p._closed") == "True"
    assert gone(pids)
    threads = "import threading; sorted(t.name for t in threading.enumerate() if t.name.startswith('playground'))"
    assert ask(notebook, threads) == "[]"


def test_nothing_is_left_when_the_kernel_is_killed():
    other = Notebook()
    try:
        value(other.run(OPEN, timeout=120))
        pids = eval(value(other.run("w['steps'].value = 30000; p.runner.pools.pids")))
    finally:
        other.close()
    assert pids and gone(pids)
