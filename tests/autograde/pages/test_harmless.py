import copy

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograde.grading import notes
from autograde.pages import Harmless, PlainNames

PNG = "iVBORw0KGgo="


def harmless(*cells, **metadata):
    nb = new_notebook(cells=list(cells), metadata=metadata)
    once, _ = Harmless().preprocess(nb, {})
    nbformat.validate(once)
    twice, _ = Harmless().preprocess(copy.deepcopy(once), {})
    assert twice == once
    return once


def shown(data, metadata=None):
    cell = new_code_cell("x", outputs=[new_output("display_data", data=data, metadata=metadata or {})])
    (output,) = harmless(cell).cells[0].outputs
    assert output.metadata == {}
    return dict(output.data)


def test_of_an_output_text_and_pictures_stay():
    data = {"text/html": "<script>", "application/javascript": "f()", "image/png": PNG, "text/plain": "<Figure>"}
    assert shown(data, {"image/png": {"width": "1 onload=f()"}}) == {"image/png": PNG, "text/plain": "<Figure>"}


def test_a_picture_that_is_none_goes():
    assert shown({"image/png": '"><script>', "text/plain": "x"}) == {"text/plain": "x"}


def test_what_has_no_text_of_its_own_is_told_as_text():
    nothing = {"text/plain": "<IPython.core.display.HTML object>"}
    assert shown({"text/html": "<table><tr><td>a</td><td>b</td></tr></table>"}) == {"text/plain": "a b"}
    assert shown({"text/html": "<p>seen</p>", **nothing}) == {"text/plain": "seen"}
    assert shown({"text/latex": "$x$", **nothing}) == {"text/plain": "$x$"}
    assert shown({"text/html": "<img onerror=f()>", **nothing}) == nothing


def test_printed_text_and_tracebacks_stay():
    error = new_output("error", ename="E", evalue="<b>", traceback=["\x1b[31m<b>"])
    outputs = [new_output("stream", text="<b>"), error]
    assert harmless(new_code_cell("x", outputs=copy.deepcopy(outputs))).cells[0].outputs == outputs


def test_innocent_markdown_keeps_its_words_and_its_picture():
    cell = new_markdown_cell("![x](attachment:a.png)", attachments={"a.png": {"image/png": PNG, "text/html": "<b>"}})
    (kept,) = harmless(cell).cells
    assert kept.source == "![x](attachment:a.png)" and kept.attachments == {"a.png": {"image/png": PNG}}


def test_a_drawing_with_scripts_goes_and_its_markdown_is_shown():
    cell = new_markdown_cell("![x](attachment:a.svg)", attachments={"a.svg": {"image/svg+xml": "PHN2Zz4="}})
    (kept,) = harmless(cell).cells
    assert kept.source == "~~~\n![x](attachment:a.svg)\n~~~" and "attachments" not in kept


def test_a_raw_cell_is_shown_as_text():
    (kept,) = harmless(new_raw_cell("<script>")).cells
    assert (kept.cell_type, kept.source) == ("markdown", "~~~\n<script>\n~~~")


def test_of_the_metadata_the_kernel_and_the_notes_stay():
    told = {"problems": ["x"], "verdicts": {}}
    kernel = {"name": "python3", "display_name": "Python 3"}
    language = {"name": "python", "pygments_lexer": "<b>"}
    nb = harmless(title="<script>", widgets={}, language_info=language, kernelspec=kernel, **{notes.KEY: told})
    assert set(nb.metadata) == {"kernelspec", "language_info", notes.KEY} and nb.metadata[notes.KEY] == told
    assert nb.metadata.language_info.pygments_lexer == "ipython3"


def test_names_are_text():
    resources = {"student": "<img>", "first_name": None, "last_name": "O'Neill", "index": 0}
    PlainNames().preprocess(new_notebook(), resources)
    assert resources == {"student": "&lt;img&gt;", "first_name": None, "last_name": "O&#x27;Neill", "index": 0}
