"""What all pictures share: words, files, notebooks, colours that can be told apart."""

from __future__ import annotations

import base64
import io
import itertools
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from sgdkit.look import Picture, alt_text, loss_curve, staleness_histogram
from sgdkit.look.style import THEMES, number, picture, theme_named, words, wrap
from sgdkit.run import Run

DRAWN = staleness_histogram(np.array([0, 1, 2, 2]))


def test_the_png_carries_the_alt_text() -> None:
    image = Image.open(io.BytesIO(DRAWN.png()))
    assert image.text["Description"] == alt_text(DRAWN)  # type: ignore[attr-defined]
    assert "mean staleness 1.25" in alt_text(DRAWN)


def test_a_notebook_gets_html_with_the_alt_text_and_the_same_png() -> None:
    bundle = DRAWN._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    (alt,) = re.findall(r'alt="([^"]*)"', bundle["text/html"])
    assert alt == alt_text(DRAWN)
    assert bundle["image/png"] in bundle["text/html"]
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_alt_text_cannot_break_out_of_its_attribute() -> None:
    figure, _ = picture()
    words(figure, 'a "quoted" <title>')
    assert '"quoted"' not in figure._repr_html_() and "<title>" not in figure._repr_html_()


def test_figures_from_elsewhere_have_no_alt_text() -> None:
    assert alt_text(Figure()) == ""


def test_a_saved_file_is_small_and_opens(tmp_path: object, digits_run: Run) -> None:
    path = loss_curve(digits_run).save(f"{tmp_path}/loss.png")
    assert path.stat().st_size < 150_000
    assert Image.open(path).size[0] > 900


EVERY_PICTURE = """
import sys
from types import SimpleNamespace
import matplotlib
import numpy as np

before_it = sys.argv[1:] == ["pyplot imported"]
if before_it:
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    mine = plt.figure().add_subplot()

def state():
    settings = {key: matplotlib.rcParams[key] for key in matplotlib.rcParams if key != "backend"}  # it imports pyplot
    return (settings, plt.get_fignums(), plt.gcf() is mine.figure, plt.gca() is mine) if before_it else settings

before = state()
import sgdkit.look as look
from sgdkit import SyncSGD
from sgdkit.data import digits
from sgdkit.look.simulated import simulated
from sgdkit.models import ann
from sgdkit.optimizers import SGD

images = digits().train.take(slice(0, 60))
with SyncSGD(ann(4), SGD(0.02), workers=2, batch_size=20, engine="serial") as trainer:
    run = trainer.fit(images, epochs=2, progress=False)
times = {1: [2.0, 2.1], 2: [1.0, 1.1]}
point = SimpleNamespace(workers=2, backup=1, step=1.0, error=0.1, to_target=9.0)
drawn = {
    "accuracy_curve": lambda: look.accuracy_curve(run, theme="dark"),
    "backup_curve": lambda: look.backup_curve(np.ones((3, 2)), theme="dark"),
    "contour": lambda: look.contour(run.model, images, {"": run.path}, resolution=4, theme="dark"),
    "digits_with_predictions": lambda: look.digits_with_predictions(run.model, run.w, images, theme="dark"),
    "loss_contour": lambda: look.loss_contour(run, images, resolution=4, theme="dark"),
    "loss_curve": lambda: look.loss_curve(run, theme="dark"),
    "race": lambda: look.race([run, run], images, resolution=4, theme="dark"),
    "speed_up": lambda: look.speed_up(times, theme="dark"),
    "staleness_histogram": lambda: look.staleness_histogram(np.array([1, 2]), theme="dark"),
    "time_per_iteration": lambda: look.time_per_iteration(times, theme="dark"),
    "timeline": lambda: look.timeline(run, theme="dark"),
}
others = {"Picture", "Report", "alt_text", "iteration_seconds", "playground", "report", "speed_ups"}
assert set(drawn) | others == set(look.__all__), "a picture is missing here"
drawn["simulated"] = lambda: simulated([point], "backup", theme="dark")
for name, draw in drawn.items():
    picture = draw()
    assert isinstance(picture, look.Picture) and picture.theme.name == "dark" and picture.alt, name
    picture.png(dpi=20)
    assert before_it or "matplotlib.pyplot" not in sys.modules, name
    assert state() == before, name
"""


@pytest.mark.parametrize("first", ["pyplot never imported", "pyplot imported"])
def test_no_picture_touches_pyplot_or_its_settings(first: str) -> None:
    subprocess.run([sys.executable, "-c", EVERY_PICTURE, first], check=True)


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(ValueError, match="'light', 'dark'"):
        theme_named("sepia")


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_words_can_be_read_on_the_paper(name: str) -> None:
    theme = THEMES[name]
    assert contrast(theme.ink, theme.paper) > 7
    assert contrast(theme.muted, theme.paper) > 4.5
    assert contrast(theme.alarm, theme.paper) > 3


@pytest.mark.parametrize("name", THEMES)
def test_the_first_series_stand_out_and_differ_for_red_green_blind_people(name: str) -> None:
    theme = THEMES[name]
    # Viénot, Brettel and Mollon 1999: what a deuteranope sees, in linear RGB.
    deuteranopia = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
    seen = [deuteranopia @ np.array(to_rgb(colour)) ** 2.2 for colour in theme.series[:3]]
    for one, other in itertools.combinations(seen, 2):
        assert np.abs(one - other).max() > 0.1
    for colour in theme.series[:3]:
        assert contrast(colour, theme.paper) > 3


def test_no_word_is_smaller_than_eleven_points(digits_run: Run) -> None:
    figure = loss_curve(digits_run)
    figure.draw_without_rendering()
    sizes = [text.get_fontsize() for text in figure.findobj(lambda a: hasattr(a, "get_fontsize")) if text.get_text()]
    assert min(sizes) >= 11


def test_title_legend_and_caption_do_not_cover_the_axes(digits_run: Run) -> None:
    figure = loss_curve({f"a run with a rather long name, number {i}": digits_run for i in range(5)})
    figure.draw_without_rendering()
    boxes = [ax.get_window_extent() for ax in figure.axes]
    others = [*figure.texts, *figure.legends]
    for artist in others:
        assert not any(artist.get_window_extent().overlaps(box) for box in boxes)
    for one, other in itertools.combinations(others, 2):
        assert not one.get_window_extent().overlaps(other.get_window_extent())
    width = figure.bbox.width
    assert all(artist.get_window_extent().x1 <= width for artist in others)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.123456, "0.123"), (2, "2"), (12345.6, "12,300"), (1234567, "1,230,000"), (1e-7, "1.00e-07"),
     (float("nan"), "nan"), (-0.5, "-0.5"), (999.9, "1,000"), (0.000999, "0.000999")],
)  # fmt: skip
def test_numbers_are_written_for_reading(value: float, text: str) -> None:
    assert number(value) == text


def test_long_lines_are_broken() -> None:
    assert max(map(len, wrap("word " * 60, 400, 11).split("\n"))) <= 400 / (0.5 * 11)


def test_a_picture_is_a_matplotlib_figure() -> None:
    assert isinstance(DRAWN, Picture) and isinstance(DRAWN, Figure)
