"""Feedback in a real browser: what a hostile student wrote and drew runs in nbgrader's page, and never in ours."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograde import engine
from tests.browser.chromium import Browser
from tests.browser.hostile import STUDENT, WORDS, Ear
from tests.browser.hostile_course import ASSIGNMENT, hostile_course

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RUNS_ELSEWHERE = {
    "answer", "comment", "fence", "frame", "html", "link", "onerror", "output-markdown", "script", "svg", "toggle",
    "width",
}  # fmt: skip


@pytest.fixture(scope="module")
def ear():
    listening = Ear()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory, ear):
    made = hostile_course(tmp_path_factory.mktemp("a course"), ear.address)
    engine.expect(engine.autograde(made, ASSIGNMENT, STUDENT), "the hostile submission was not graded")
    return made


@pytest.fixture(scope="module")
def pages(course):
    """The feedback page by who made it: of the notebook as it is stored, and of the notebook as it was handed in."""
    handed_in = course.folder("submitted") / STUDENT / ASSIGNMENT / "easy.ipynb"
    raw = course.root / "raw" / STUDENT / ASSIGNMENT / "easy.ipynb"
    raw.parent.mkdir(parents=True)
    nb = nbformat.read(handed_in, as_version=4)
    # nbgrader writes no page at all where an attachment is missing.
    nb.cells = [cell for cell in nb.cells if "attachment:gone" not in cell.source]
    nbformat.write(nb, raw)
    shutil.copy(handed_in.with_name("page.html"), raw.parent)
    engine.expect(engine.generate_feedback(course, ASSIGNMENT), "no feedback")
    folders = {"autograded_directory": "raw", "feedback_directory": "feedback-shown"}
    engine.expect(engine.generate_feedback(course, ASSIGNMENT, Config({"CourseDirectory": folders})), "no feedback")
    _nbgraders_own(course, "autograded", "feedback-stored")
    _nbgraders_own(course, "raw", "feedback-nbgrader")
    names = ("feedback", "feedback-shown", "feedback-stored", "feedback-nbgrader")
    return {name.split("-")[-1]: course.folder(name) / STUDENT / ASSIGNMENT / "easy.html" for name in names}


def _nbgraders_own(course, graded, feedback):
    """Feedback with no setting of ours but where things lie."""
    config = Config({"CourseDirectory": engine.settings(course).CourseDirectory})
    config.CourseDirectory.update({"autograded_directory": graded, "feedback_directory": feedback})
    coursedir = CourseDirectory(config=config, assignment_id=ASSIGNMENT)
    GenerateFeedback(coursedir=coursedir, config=config).start()


@pytest.fixture(scope="module")
def browser():
    with Browser() as opened:
        yield opened


@pytest.fixture
def visit(browser, ear):
    """Opens a page from disk, presses what asks for it, and returns what ran."""

    def visited(page: Path) -> set[str]:
        browser.open("about:blank")
        browser.until("document.readyState === 'complete' && location.href === 'about:blank'")
        ear.heard.clear()
        browser.complaints.clear()
        browser.open(page.as_uri())
        browser.until(f"document.readyState === 'complete' && location.href === {json.dumps(page.as_uri())}")
        for pressed in ("a[href^=javascript], a:not([href])", "button"):
            browser.js(f"document.querySelectorAll({json.dumps(pressed)}).forEach(e => e.click())")
            # What a click started is done when later tasks are.
            browser.js("new Promise(done => setTimeout(() => setTimeout(done)))")
        assert browser.js("location.href") == page.as_uri()
        return set(browser.js("window.pwned || []"))

    return visited


def test_nbgraders_own_page_runs_it(visit, pages, browser, ear):
    visit(pages["nbgrader"])
    wanted = json.dumps(sorted(RUNS_ELSEWHERE))
    browser.until(f"{wanted}.every(name => (window.pwned || []).includes(name))", f"{wanted} to run")
    browser.until("true")
    assert "/script" in ear.heard and "/picture.png" in ear.heard


@pytest.mark.parametrize("kind", ["feedback", "shown", "stored"])
def test_nothing_of_it_runs(kind, visit, pages, browser, ear):
    """shown: our page of the notebook as handed in; stored: nbgrader's page of the notebook as we store it."""
    assert visit(pages[kind]) == set()
    assert ear.heard == []
    if kind == "stored":
        return
    # Nothing was left for the page's policy to forbid: the browser would complain.
    assert browser.complaints == []
    assert browser.js("performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length") == 0
    active = "script, iframe, object, embed, form, base, link, meta[http-equiv=refresh], .forged, [onerror], [onload]"
    assert browser.js(f"document.querySelectorAll({json.dumps(active)}).length") == 0
    inside = "#notebook-container style, #notebook-container [id^=check-], #notebook-container a[href^='page']"
    assert browser.js(f"document.querySelectorAll({json.dumps(inside)}).length") == 0


def test_the_policy_of_the_page_would_do_alone(visit, pages, ear):
    policy = next(line for line in pages["feedback"].read_text().splitlines() if "Content-Security-Policy" in line)
    page = pages["nbgrader"].with_name("with-policy.html")
    page.write_text(pages["nbgrader"].read_text().replace("<head>", f"<head>{policy}", 1))
    assert visit(page) == set()
    assert ear.heard == []


def test_what_the_student_should_see_is_there(visit, pages, browser):
    visit(pages["feedback"])
    shown = browser.js("document.body.innerText")
    for words in (
        "gradient: right.", WORDS, "tabled 42", "code < 1", "$a < b$",
        "<script>top.pwned", "![gone](attachment:gone.png)", "sees the gradebook: False",
    ):  # fmt: skip
        assert words in shown
    assert browser.js("[...document.querySelectorAll('td')].map(e => e.innerText)") == ["1", "2"]
    loaded = "[...document.querySelectorAll('img')].filter(e => e.naturalWidth > 0).map(e => e.alt)"
    assert "black pixel" in browser.js(loaded) and len(browser.js(loaded)) >= 2
