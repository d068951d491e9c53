import json

import nbformat
import pytest

from autograde import engine
from autograde.grading import notes, tricks
from autograde.grading.reading import REASON, TolerantExporter
from autograde.grading.restore import RestoreCells


@pytest.fixture
def handed_in(course):
    return nbformat.read(course.release / "2-syncsgd" / "easy.ipynb", as_version=4)


@pytest.fixture
def restore(course):
    with engine.gradebook(course):
        pass

    def _restore(nb, **more):
        ids = {"student": "ada", "assignment": "2-syncsgd", "notebook": "easy", "db_url": course.db_url}
        return RestoreCells().preprocess(nb, {"nbgrader": ids} | more)[0]

    return _restore


def ids(nb):
    return [cell.metadata["nbgrader"]["grade_id"] for cell in nb.cells if "nbgrader" in cell.metadata]


def find(nb, name):
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def test_an_honest_submission_keeps_its_cells_and_words(handed_in, restore):
    before = ids(handed_in)
    find(handed_in, "gradient").source = "def gradient(w, X, Y, lam):\n    return w"
    after = restore(handed_in)
    assert ids(after) == before and notes.of(after)["problems"] == []
    assert find(after, "gradient").source.endswith("return w")


def test_the_text_points_and_tags_of_a_check_are_the_courses(handed_in, restore):
    check = find(handed_in, "check-gradient")
    check.source = "4.0"
    check.metadata["tags"] = ["skip-execution"]
    check.metadata["nbgrader"] |= {"points": 1000, "locked": False, "schema_version": 99, "checksum": "0"}
    check.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "4.0"})]
    check = find(restore(handed_in), "check-gradient")
    assert check.source == 'check("2-syncsgd/easy/gradient")' and check.outputs == []
    assert "tags" not in check.metadata
    assert check.metadata["nbgrader"]["points"] == 3 and check.metadata["nbgrader"]["locked"]


def test_a_deleted_check_is_put_back_behind_what_it_checks(handed_in, restore):
    handed_in.cells = [c for c in handed_in.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "check-loss"]
    after = restore(handed_in)
    assert ids(after).index("check-loss") == ids(after).index("loss") + 1
    assert notes.of(after)["problems"] == ["cell 'check-loss' was missing and has been put back"]


def test_a_picture_that_was_not_there_when_the_notebook_was_given_out_is_not_missed(handed_in, restore):
    handed_in.cells.remove(find(handed_in, "contour-picture"))
    after = restore(handed_in)
    assert "contour-picture" not in ids(after) and notes.of(after)["problems"] == []


def test_a_deleted_stub_stays_deleted_because_it_would_overwrite_the_students_own_cell(handed_in, restore):
    handed_in.cells = [c for c in handed_in.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "loss"]
    assert "loss" not in ids(restore(handed_in))


def test_of_copied_answers_the_one_with_words_in_it_counts(handed_in, restore):
    place = handed_in.cells.index(find(handed_in, "loss"))
    twin = nbformat.from_dict(json.loads(json.dumps(handed_in.cells[place])))
    twin["id"] = "twin"
    handed_in.cells[place].source = "def loss(w, X, Y, lam):\n    return 1.0"
    handed_in.cells.insert(place + 1, twin)
    after = restore(handed_in)
    assert ids(after).count("loss") == 1 and find(after, "loss").source.endswith("return 1.0")


@pytest.mark.parametrize("claim", ["x", 3, None, {"grade_id": ["a"]}, {"grade_id": "unknown"}, {"points": 5}])
def test_metadata_of_any_form_is_survived(handed_in, restore, claim):
    handed_in.cells.insert(0, nbformat.v4.new_code_cell("x = 1", metadata={"nbgrader": claim}))
    after = restore(handed_in)
    assert "nbgrader" not in after.cells[0].metadata


def test_what_the_submission_says_about_its_own_verdicts_is_forgotten(handed_in, restore):
    handed_in.metadata["sgdkit"] = {"verdicts": {"2-syncsgd/easy/gradient": {"points": 3}}}
    assert notes.of(restore(handed_in))["verdicts"] == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not a notebook that can be read"),
        ('{"cells": [', "not a notebook that can be read"),
        ("[1, 2]", "not a notebook that can be read"),
        ('{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}', "not a notebook that can be read"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": 3}]}', "not a notebook"),
        ("x" * 3000, "at most 0 MB are read"),
    ],
)
def test_an_unreadable_file_becomes_the_courses_cells_and_a_reason(tmp_path, restore, handed_in, content, said):
    file = tmp_path / "easy.ipynb"
    file.write_text(content)
    exporter = TolerantExporter()
    exporter.max_bytes = 2000
    seen = {}
    exporter.register_preprocessor(
        lambda nb, resources: (seen.update(nb=nb, resources=resources), (nb, resources))[1], True
    )
    exporter.from_filename(str(file))
    assert said in seen["resources"][REASON]
    after = restore(seen["nb"], **{REASON: seen["resources"][REASON]})
    graded = [name for name in ids(handed_in) if name.startswith("check-")]
    assert [name for name in ids(after) if name.startswith("check-")] == graded
    assert said in notes.of(after)["unreadable"]


def test_a_notebook_with_more_code_than_anybody_writes_is_not_even_parsed(restore, handed_in, monkeypatch):
    monkeypatch.setattr(tricks, "statements_of", lambda source: pytest.fail("parsed"))
    find(handed_in, "loss").source = "x = [" + "1," * 500_000 + "]"
    after = restore(handed_in)
    assert notes.of(after)["unreadable"].startswith("The notebook holds more than 1 MB of code.")
    assert find(after, "check-loss").source == 'check("2-syncsgd/easy/loss")' and "loss" not in ids(after)
    assert notes.of(after)["problems"] == []


def copied(nb, name):
    """Put a copy of a cell, as JupyterLab makes it, behind the cell; return both."""
    place = nb.cells.index(find(nb, name))
    twin = nbformat.from_dict(json.loads(json.dumps(nb.cells[place])) | {"id": "twin"})
    nb.cells.insert(place + 1, twin)
    return nb.cells[place], twin


@pytest.mark.parametrize("edited", [0, 1])
def test_helpers_in_a_copy_of_a_locked_cell_are_kept(handed_in, restore, edited):
    copied(handed_in, "setup")[edited].source += "\n\ndef helper():\n    return 3"
    after = restore(handed_in)
    assert ids(after).count("setup") == 1 and "helper" not in find(after, "setup").source
    (own,) = [cell for cell in after.cells if "def helper" in cell.source]
    assert "nbgrader" not in own.metadata
    (said,) = notes.of(after)["problems"]
    assert said == "cell 'setup' was copied; what differs from the course's cell counts as the student's own"


def test_of_copies_of_a_locked_cell_that_were_all_edited_the_first_becomes_the_courses(handed_in, restore):
    first, second = copied(handed_in, "setup")
    given = first.source
    first.source, second.source = "a = 1", "b = 2"
    after = restore(handed_in)
    assert find(after, "setup").source == given
    assert [cell.source for cell in after.cells if cell.source in ("a = 1", "b = 2")] == ["b = 2"]
