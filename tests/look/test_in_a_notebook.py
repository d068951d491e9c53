"""Pictures as a notebook stores them, in a real kernel."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

DRAW = "import numpy as np; from sgdkit.look import staleness_histogram\nstaleness_histogram(np.array([0, 1, 2, 2]))"


@pytest.mark.parametrize("first", ["", "%matplotlib inline\nimport matplotlib.pyplot"])
def test_a_picture_as_last_line_is_shown_with_its_words(first: str) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (first, DRAW)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=100, kernel_name="python3").execute()
    (output,) = notebook.cells[1].outputs
    assert output.output_type == "execute_result"
    assert set(output.data) == {"text/html", "image/png", "text/plain"}
    assert "mean staleness 1.25" in output.data["text/plain"]
    assert 'alt="How stale the gradients were.' in output.data["text/html"]
