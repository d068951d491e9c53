"""The class report in a real browser: it shows what students wrote, and runs none of it."""

from __future__ import annotations

import pytest

from autograde.export import COLUMNS
from autograde.reporting import page
from autograde.reporting.figures import ExerciseRow, Figures, Mistake, Student
from autograde.reporting.similar import Pair, Similarity
from sgdkit import checks
from tests.browser.chromium import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
RUN = "document.title='ran'"
EVIL = f'<script>{RUN}</script><img src=x onerror="{RUN}"><svg onload="{RUN}">'


@pytest.fixture(scope="module")
def browser():
    with Browser() as running:
        yield running


def figures():
    row = dict.fromkeys(COLUMNS, "") | {"student_id": EVIL, "first_name": EVIL, "status": "graded, see reason"}
    row |= {"score": 3.0, "max_score": 20.0, "percent": 15.0, "reason": EVIL}
    student = Student(row, {})
    exercises = [ExerciseRow(exercise, 1, 1, 0) for exercise in checks.exercises("2-syncsgd", "easy")]
    mistakes = [Mistake("gradient", EVIL, EVIL, [EVIL])]
    return Figures("2-syncsgd", [student], exercises, mistakes, [15.0], [student])


@pytest.fixture(scope="module")
def report(tmp_path_factory, browser):
    file = tmp_path_factory.mktemp("report") / "report.html"
    similar = [Similarity("easy", [Pair(EVIL, EVIL, 1.0, 1.0, 900)], 0.1, 2)]
    file.write_text(page.html(figures(), similar, "now"), encoding="utf-8")
    browser.open(file.as_uri())
    browser.until("document.readyState === 'complete' && !!document.querySelector('main')", "the report")
    return browser


def test_what_a_student_wrote_is_shown_and_does_not_run(report):
    assert report.js("document.title") == "2-syncsgd: class report"
    assert report.js("document.querySelectorAll('script, img, [onload], [onerror]').length") == 0
    assert report.js("document.body.innerText.includes('<script>document.title')")


def test_even_markup_that_slipped_through_would_not_run(report):
    report.js("document.body.insertAdjacentHTML('beforeend', `<img src=x onerror=\"document.title='ran'\">`)")
    report.js("document.body.append(Object.assign(document.createElement('script'), {text: \"document.title='ran'\"}))")
    assert report.js("document.title") == "2-syncsgd: class report"
    assert any("Content Security Policy" in line for line in report.complaints)


def test_it_follows_the_reader_s_light_or_dark(report):
    seen = {}
    for scheme in ("light", "dark"):
        report.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        seen[scheme] = report.js(
            "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color,"
            " getComputedStyle(document.querySelector('svg .bar')).fill]"
        )
    assert all(light != dark for light, dark in zip(seen["light"], seen["dark"], strict=True))


def test_on_paper_it_is_dark_on_white_and_nothing_is_cut_off(report):
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    report.send("Emulation.setEmulatedMedia", media="print", features=dark)
    assert report.js("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    report.send("Emulation.setEmulatedMedia", media="", features=[])


def test_it_fits_a_phone(report):
    report.resize(390, 844)
    try:
        assert report.js("document.documentElement.scrollWidth") <= 390
    finally:
        report.resize(1280, 1100)
