"""formgrader in JupyterLab, on this course: a hostile submission is graded, looked at, marked by hand, and answered."""

from __future__ import annotations

import json
from urllib.parse import quote

import nbformat
import pytest

from autograde import engine
from tests.browser.chromium import Browser, wait_for
from tests.browser.hostile import STUDENT, Ear
from tests.browser.hostile_course import ASSIGNMENT, hostile_course
from tests.browser.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.timeout(300)]

COMMENT = "Well argued: $g_B$ is a *mean*."


@pytest.fixture(scope="module")
def ear():
    listening = Ear()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory, ear):
    return hostile_course(tmp_path_factory.mktemp("a course"), ear.address)


@pytest.fixture(scope="module")
def lab(course):
    with Lab(work=course.root) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def go(lab, browser):
    """Opens a page of formgrader and waits until its table, if it has one, is filled."""

    def gone(path: str) -> None:
        address = f"{lab.address}/formgrader/{path}"
        browser.open(address)
        browser.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(address)})")
        browser.until("!document.querySelector('#main-table')?.innerText.includes('Loading')", f"{path} to load")

    return gone


@pytest.fixture(scope="module")
def graded(go, browser, course):
    """The button of formgrader was pressed, and the course is graded by it."""
    go(f"manage_submissions/{ASSIGNMENT}")
    browser.until("document.querySelector('.status')?.innerText.includes('needs autograding')")
    browser.click("document.querySelector('.autograde a')")
    browser.until("document.querySelector('.modal-title')?.innerText", "the answer of the button", 150)
    said = browser.js("document.querySelector('.modal').innerText")
    assert "Success" in said, said
    return course


@pytest.fixture(scope="module")
def submission(graded):
    """The number by which formgrader knows the submitted notebook, and the written answer's cell."""
    with engine.gradebook(graded) as book:
        found = book.find_submission_notebook("easy", ASSIGNMENT, STUDENT)
        answers = {cell.name for cell in found.notebook.solution_cells}
        return found.id, next(grade.name for grade in found.grades if grade.name in answers)


@pytest.fixture(autouse=True)
def nothing_ran(browser, ear):
    yield
    assert not browser.js("window.pwned")
    assert ear.heard == []


def test_jupyterlab_opens_it_from_its_menu(lab, browser, course):
    browser.open(f"{lab.address}/lab")
    title = "[...document.querySelectorAll('.lm-MenuBar-itemLabel')].find(e => e.innerText === 'Nbgrader')"
    entry = "[...document.querySelectorAll('.lm-Menu-itemLabel')].find(e => e.innerText === 'Formgrader')"
    browser.until(f"!!{title} && !document.querySelector('#jupyterlab-splash')", "the menu Nbgrader")
    browser.click(title)
    x, y = browser.place(entry)
    browser.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)  # a menu takes what the mouse came to
    browser.click(entry)
    inside = "document.querySelector('iframe')?.contentDocument?.querySelector('#main-table')?.innerText"
    browser.until(f"{inside}?.includes('{ASSIGNMENT}')", "the assignments in the frame")


def test_its_button_uses_the_sandbox_and_the_judge(graded):
    scores = engine.scores(graded, ASSIGNMENT, STUDENT, "easy")
    assert scores["check-gradient"] == (3, 3) and scores["check-sync_sgd"] == (4, 4)
    assert scores["check-report"] == (0, 2)  # left unwritten
    nb = nbformat.read(graded.folder("autograded") / STUDENT / ASSIGNMENT / "easy.ipynb", as_version=4)
    printed = "".join(output.get("text", "") for cell in nb.cells for output in cell.get("outputs", []))
    assert "gradient: right." in printed and "sees the gradebook: False" in printed


@pytest.mark.parametrize(
    "path",
    [
        "manage_assignments",
        f"manage_submissions/{ASSIGNMENT}",
        "gradebook",
        f"gradebook/{ASSIGNMENT}",
        f"gradebook/{ASSIGNMENT}/easy",
        "manage_students",
    ],
)
def test_every_list_shows_the_course(path, graded, go, browser):
    go(path)
    known = (ASSIGNMENT, STUDENT, "easy", "Submission #1")
    browser.until(f"{json.dumps(known)}.some(e => document.querySelector('#main-table').innerText.includes(e))", path)
    assert browser.js("document.querySelectorAll('img').length") == 0  # the student's name is text
    assert browser.js(_ELSEWHERE) == []


@pytest.mark.parametrize("path", ["", f"/{ASSIGNMENT}"])
def test_a_strange_name_is_text_in_its_own_lists(path, graded, lab, browser):
    before = list(browser.complaints)
    browser.open(f"{lab.address}/formgrader/manage_students/{quote(STUDENT)}{path}")
    shown = "document.querySelector('.breadcrumb')?.innerText"
    browser.until(f"document.readyState === 'complete' && {shown}?.includes({json.dumps(STUDENT)})", "the name")
    assert browser.js("document.querySelectorAll('img').length") == 0
    browser.complaints[:] = before  # nbgrader looks for the escaped name, and there is nobody of that name


def test_marking_an_answer_by_hand(graded, submission, go, browser):
    number, answer = submission
    go(f"gradebook/{ASSIGNMENT}/easy")
    browser.click("document.querySelector('#main-table a')")
    browser.until(f"location.href.includes('{number}') && document.readyState === 'complete'", "the submission")
    score, comment = f"document.getElementById('{answer}')", f"document.getElementById('{answer}-comment')"
    browser.until("formgrader.loaded && formgrader.grades.loaded && formgrader.comments.loaded")
    assert "larger batches" in browser.js(f"{score}.closest('.nbgrader_cell').innerText")
    assert "gradient: right." in browser.js("document.body.innerText")
    for element, text in ((score, "2"), (comment, COMMENT)):
        browser.click(element)
        browser.until(f"({element}.focus(), document.activeElement === {element})", "the field to write in")
        browser.send("Input.insertText", text=text)
        browser.until(f"{element}.value === {json.dumps(text)}", "what was written")
        browser.press("Tab")
    wait_for(lambda: recorded(graded, answer) == (2, False, COMMENT), "points and comment in the gradebook")
    # nbgrader's own controls work under the page's policy, and the name is text.
    browser.click("document.querySelector('.glyphicon.name-hidden')")
    browser.until(f"document.querySelector('a.name-shown').innerText.trim() === {json.dumps(STUDENT)}", "the name")
    assert browser.js("document.querySelectorAll('#notebook-container :is(script, iframe, form, style)').length") == 0
    assert browser.js(_ELSEWHERE) == []


def recorded(course, answer):
    """Points, whether a person must still grade, and the comment."""
    with engine.gradebook(course) as book:
        grade = book.find_grade(answer, "easy", ASSIGNMENT, STUDENT)
        comment = book.find_comment(answer, "easy", ASSIGNMENT, STUDENT)
        return grade.manual_score, grade.needs_manual_grade, comment.manual_comment


def test_feedback_from_its_button_has_the_points_and_the_comment(graded, submission, go, browser):
    go(f"manage_submissions/{ASSIGNMENT}")
    browser.click("document.querySelector('.generate-feedback a')")
    browser.until("document.querySelector('.modal-title')?.innerText", "the answer of the button")
    said = browser.js("document.querySelector('.modal').innerText")
    assert "Success" in said, said
    page = graded.folder("feedback") / STUDENT / ASSIGNMENT / "easy.html"
    browser.open(page.as_uri())
    browser.until("document.readyState === 'complete' && location.protocol === 'file:'")
    cell = f"document.querySelector('a[name=\"{submission[1]}\"]').closest('.nbgrader_cell').innerText"
    shown = browser.js(cell)
    assert "Score: 2.0 / 3.0" in shown and "$g_B$ is a mean" in shown


def test_a_page_handed_in_beside_the_notebook_runs_nothing(graded, submission, go, browser):
    go(f"submissions/{submission[0]}/page.html")
    assert "pwned" in browser.js("document.documentElement.outerHTML")
    browser.complaints[:] = [line for line in browser.complaints if "page.html" not in line]


def test_the_console_is_silent(browser):
    """Comes last: no error of any test before it."""
    assert [line for line in browser.complaints if "favicon" not in line] == []


_ELSEWHERE = (
    "performance.getEntriesByType('resource').map(e => e.name)"
    ".filter(name => !name.startsWith(location.origin) && !/^(data|blob):/.test(name))"
)
