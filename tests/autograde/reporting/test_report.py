import csv
import io
import itertools
import json
import random
import re
from datetime import datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from autograde.commands.report import report
from autograde.reporting import figures, page, similar
from tests.autograde.graded_class import ASSIGNMENT, graded, handed_in, notebook

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """Elements with their attributes, and the words."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self._quiet = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._quiet = tag == "style"

    def handle_endtag(self, tag):
        self._quiet = self._quiet and tag != "style"

    def handle_data(self, data):
        if not self._quiet:
            self.words += f"{data} "


@pytest.fixture
def made(course, tmp_path):
    """A report of the class as it is now."""

    def _made(**options):
        html, table = report(course, ASSIGNMENT, tmp_path / "out", **options)
        with open(table, newline="", encoding="utf-8") as stream:
            return Page(html.read_text(encoding="utf-8")), {line["student_id"]: line for line in csv.DictReader(stream)}

    return _made


def test_the_page_says_what_the_class_did(course, made):
    graded(course, "ada", manual=3.0)
    graded(course, "bo", wrong={"gradient": ("wrong sign", "gradient: the sign.")}, manual=3.0)
    graded(course, "cy", wrong={"gradient": ("wrong sign", "x"), "loss": ("unwritten", "x")}, manual=None)
    graded(course, "dee", notes={"unreadable": "The file is cut off."}, manual=None)
    handed_in(course, "eve", "easy (1).ipynb")
    text, table = made(pairs=False)
    words = " ".join(text.words.split())
    assert "Scores of 3 submissions" in words and "5 of 5 handed in" in words and "2 could not be graded" in words
    assert re.search(r"gradient 2 of 4 50 %", words) and re.search(r"loss 3 of 4 75 % 1", words)
    assert re.search(r"2 gradient wrong sign The whole gradient has the opposite sign", words)
    assert "easy: The file is cut off." in words and "found easy (1).ipynb" in words
    assert words.index("The file is cut off") < words.index("needs manual grading")
    assert "How long students worked is not known" in words
    assert table["bo"]["easy/gradient misconception"] == "wrong sign" and table["bo"]["easy/gradient points"] == "0.0"
    assert table["dee"]["score"] == "" and table["ada"]["score"] == "20.0"


def test_the_page_needs_nothing_else_and_can_be_read_by_everybody(course, made):
    graded(course, "ada", manual=3.0)
    text, _ = made()
    tags = [tag for tag, _ in text.elements]
    assert not {"script", "link", "iframe", "object", "img", "form"} & set(tags)
    assert not [
        a for _, attributes in text.elements for a in attributes if a.startswith("on") or a in ("src", "href", "style")
    ]
    policy = next(a["content"] for tag, a in text.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    pictures = [a for tag, a in text.elements if tag == "svg"]
    assert all(a.get("aria-label") or a.get("preserveaspectratio") for a in pictures) and pictures[0]["role"] == "img"
    heads = [a for tag, a in text.elements if tag == "th"]
    assert (
        heads and all(a.get("scope") in ("col", "row") for a in heads) and tags.count("caption") == tags.count("table")
    )


def test_no_text_of_a_student_is_html(course, made):
    student = "x&'y"
    graded(
        course,
        student,
        wrong={"gradient": (EVIL, f"gradient: {EVIL}"), "loss": ("raised", EVIL)},
        notes={"problems": [EVIL]},
        names=(EVIL, '"><svg onload=alert(3)>'),
        cells=(EVIL * 40,),
        manual=3.0,
    )
    text, table = made()
    assert not {"script", "img"} & {tag for tag, _ in text.elements}
    assert not any(name.startswith("on") for _, attributes in text.elements for name in attributes)
    assert EVIL in text.words and student in text.words and student in table


def test_the_table_runs_nothing_in_a_spreadsheet(course, made):
    graded(course, "ada", names=("=1+1", "@x"), manual=3.0, wrong={"loss": ("-2+3", "x")})
    _, table = made(pairs=False)
    assert table["ada"]["first_name"] == "'=1+1" and table["ada"]["easy/loss misconception"] == "'-2+3"


def test_a_class_without_a_score_has_a_page(course, made):
    graded(course, "ada", notes={"unreadable": "The file is cut off."}, manual=None)
    text, _ = made()
    assert "No submission has a score yet." in text.words


def test_recorded_times_are_shown_as_what_they_are(course, made):
    graded(course, "ada", manual=3.0, notes={"seconds": 4.2}, time=datetime(2026, 1, 31, 8, 0))
    file = course.folder("submitted") / "ada" / ASSIGNMENT / "easy.ipynb"
    told = json.loads(notebook("a", "b", "c"))
    for cell, time in zip(
        told["cells"], ("2026-01-30T10:00:00.000000Z", "2026-01-30T10:40:00Z", "no time"), strict=True
    ):
        cell["metadata"] = {"execution": {"iopub.execute_input": time}}
    file.write_text(json.dumps(told))
    text, table = made(pairs=False)
    words = " ".join(text.words.split())
    assert "first to the last recorded run it was 40 min in the median" in words and "Grading took 4 s" in words
    assert "known of 1: the first 2026-01-31 08:00" in words
    assert table["ada"]["recorded_span_seconds"] == "2400" and table["ada"]["grading_seconds"] == "4.2"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cells": 3}', '{"cells": [{"metadata": {"execution": {"a": 1}}}]}', "[" * 99999]
)
def test_a_broken_notebook_has_no_times_and_no_code(tmp_path, text):
    file = tmp_path / "easy.ipynb"
    file.write_text(text)
    assert figures._span(file) is None and similar._cells(file) == []


OWN = """
def gradient(w, X, Y, lam):
    hidden = np.tanh(X @ w[:3] + w[3])
    error = hidden @ w[4:] - Y
    outer = hidden.T @ error
    back = (error @ w[4:].T) * (1 - hidden ** 2)
    for step in range(3):
        back = back + lam * step
    return np.concatenate([(X.T @ back).ravel(), back.sum(0), outer.ravel()]) + lam * w
"""
OWN += OWN.replace("gradient", "loss").replace("range(3)", "range(5)").replace("outer", "slopes")
RENAMED = OWN.replace("hidden", "h").replace("error", "e  ").replace("    back = (", "    # mine\n    back = (")
OTHER = """
class Net:
    def __init__(self, sizes):
        self.layers = [Layer(a, b) for a, b in zip(sizes, sizes[1:])]
    def __call__(self, x):
        while self.layers:
            x = self.layers.pop()(x)
        return {"x": x, "n": len(self.layers)}
    def step(self):
        with open("x") as f:
            yield from (line.strip() for line in f if not line.startswith("#"))
"""


def test_similar_code_is_found_under_other_names_and_what_was_handed_out_is_not(course):
    given = json.loads((course.release / ASSIGNMENT / "easy.ipynb").read_text(encoding="utf-8"))["cells"]
    given = ["".join(cell["source"]) for cell in given if cell["cell_type"] == "code"]
    for student, own in {"ada": OWN, "bo": RENAMED, "cy": OTHER, "dee": "", "eve": ""}.items():
        graded(course, student, manual=3.0, cells=(*given, own))
    found = similar.compare(course, ASSIGNMENT, "easy", ["ada", "bo", "cy", "dee", "eve"])
    assert [(pair.one, pair.other) for pair in found.pairs] == [("ada", "bo")] and found.pairs[0].both > 0.9
    assert found.compared == 3  # the two who wrote nothing are not alike


def test_all_pairs_at_once_are_what_copydetect_says_of_each():
    from copydetect.detector import CodeFingerprint, compare_files

    lines = [line for line in f"{OWN}{OTHER}".splitlines() if line.strip()]
    codes = ["\n".join(random.Random(seed).sample(lines, 6 + 2 * seed)) for seed in range(7)]
    codes += [OWN, RENAMED, OTHER, OWN + OWN, "x = 1"]
    prints = [CodeFingerprint("x.py", similar.NOISE, 6, None, True, "python", fp=io.StringIO(code)) for code in codes]
    alike = similar._alike([one.hash_idx for one in prints])
    for one, other in itertools.permutations(range(len(codes)), 2):
        assert alike[other, one] == compare_files(prints[one], prints[other])[0]
    assert 0 < np.median(alike) < alike.max()


def test_similarity_is_told_as_a_hint(course, made):
    graded(course, "ada", manual=3.0, cells=(OWN,))
    graded(course, "bo", manual=3.0, cells=(RENAMED,))
    text, _ = made()
    assert "A hint to look, never a verdict." in text.words and "ada" in text.words


def test_without_copydetect_the_page_says_so(course, made, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "copydetect.detector", None)
    graded(course, "ada", manual=3.0)
    text, _ = made()
    assert "Not compared: copydetect is not installed" in text.words


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (7200, "2.0 h")])
def test_times_in_words(seconds, words):
    assert page.duration(seconds) == words
