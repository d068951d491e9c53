import pytest

from autograde.pages import prose
from autograde.pages.clean import clean

INNOCENT = [
    "# A heading\n\n*emphasis*, **strong**, ~~gone~~, `code < 1`, $a < b$ and $$\\sum_i x_i$$",
    "| n | t |\n|:-:|--:|\n| 1 | 2 |",
    "- [ ] to do\n- [x] done\n\n3. three\n4. four",
    "```python\nif a < b & c:\n    print('<b>')\n```",
    "<details><summary>Hint</summary>\n\nSum over the *examples*: x<sub>2</sub> &amp; more<br>here.\n</details>",
    '[a paper](https://arxiv.org/abs/1604.00981 "Chen et al.") and [below](#below) and https://example.org',
    '> quoted\n\n---\n\nÄ, 中, 😀, a & b, "quotes"',
]


@pytest.mark.parametrize("source", INNOCENT)
def test_ordinary_prose_is_left_as_it_is_and_rendered(source):
    assert prose.harmless(source, {})
    assert "&lt;details" not in prose.page(source, {})


@pytest.mark.parametrize(
    "source",
    [
        "<script>f()</script>",
        "<img src=x onerror=f()>",
        "[x](javascript:f())",
        "[x](JaVaScRiPt:f())",
        "[x](&#106;avascript:f())",
        "[x](page.html)",
        "[x](//elsewhere.example/)",
        "![x](https://elsewhere.example/seen.png)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<div class='navbar-fixed-top'>x</div>",
        "<b id='check-predict'>x</b>",
        "<p style='position:fixed'>x</p>",
        "</div></div>x",
        "![x](attachment:missing.png)",
        "```mermaid\n<img src=x onerror=f()>\n```",
        "<!-- <img onerror=f()> -->",
    ],
)
def test_the_rest_is_shown_letter_by_letter(source):
    assert not prose.harmless(source, {})
    assert prose.harmless(prose.quoted(source), {})
    assert prose.harmless(prose.quoted(prose.quoted(source)), {})


@pytest.mark.parametrize("source", ["a\n~~~\n<b onclick=f()>", "~~~~~~\n</pre>", "$$\n~~~\n<i onclick=f()>\n$$"])
def test_a_quotation_cannot_be_left(source):
    shown = prose.page(prose.quoted(source), {})
    assert shown.startswith("<pre><code>") and shown.count("<") == 4
    assert prose.harmless(prose.quoted(source), {})


def test_html_is_closed_where_it_was_opened():
    assert clean("</div></td><b>x") == "<b>x</b>"


def test_a_renderer_that_fails_leaves_the_text():
    assert prose.page("![x](attachment:a<b.png)", {}) == "<pre>![x](attachment:a&lt;b.png)</pre>"
