"""Without our settings: a check scores as nbgrader's own do, and shows the same whatever runs the notebook."""

import nbclient
import nbformat.v4 as v4
import pytest
from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.utils import determine_grade
from traitlets.config import Config

SPLIT = """
def split_batch(indices, workers):
    size = {size}
    return [indices[i : i + size] for i in range(0, len(indices), size)]
"""
CELLS = {
    "full": (
        "def split_batch(indices, workers):\n    print('hello'); import warnings; warnings.warn('careful')\n"
        "    return np.array_split(indices, workers)",
        2.0,
    ),
    "partial": (SPLIT.format(size="-(-len(indices) // workers)"), 1.0),
    "wrong": ("def split_batch(indices, workers):\n    return [indices]", 0.0),
    "crash": ("def split_batch(indices, workers):\n    return 1 / 0", 0.0),
    "missing": ("del split_batch", 0.0),
}


def notebook():
    cells = [v4.new_code_cell("import numpy as np\nfrom sgdkit.checks import check")]
    for name, (source, _) in CELLS.items():
        check = v4.new_code_cell('check("2-syncsgd/easy/split_batch")')
        check.metadata["nbgrader"] = {
            "grade_id": f"check-{name}",
            "grade": True,
            "solution": False,
            "locked": True,
            "points": 2,
            "schema_version": 3,
            "task": False,
            "cell_type": "code",
        }
        cells += [v4.new_code_cell(source), check]
    return v4.new_notebook(cells=cells)


def by_nbclient():
    return nbclient.NotebookClient(notebook(), timeout=60, allow_errors=True, config=IPC).execute()


def by_nbconvert():
    return ExecutePreprocessor(timeout=60, allow_errors=True, config=IPC).preprocess(notebook(), {})[0]


IPC = Config(KernelManager={"transport": "ipc"}, AsyncKernelManager={"transport": "ipc"})


@pytest.fixture(scope="module", params=[by_nbclient, by_nbconvert])
def done(request):
    cells = request.param().cells
    return dict(zip(CELLS, cells[2::2], strict=True))


def test_nbgrader_scores_it(done):
    for name, (_, points) in CELLS.items():
        assert determine_grade(done[name]) == (points, 2.0), name


def test_nothing_is_on_stderr_and_no_traceback_is_shown(done):
    for name, (_, points) in CELLS.items():
        outputs = done[name].outputs
        assert not any(output.get("name") == "stderr" for output in outputs), name
        if points:
            assert outputs[-1].data["text/plain"] == repr(points)
            continue
        (error,) = outputs
        shown = "\n".join(error.traceback)
        assert error.ename == "CheckFailed" and shown.startswith("✗ split_batch:")
        assert "Traceback" not in shown and "File " not in shown and "\x1b" not in shown
        assert "0 of 2 points here" in shown


def test_the_verdict_is_short_plain_text(done):
    shown = done["full"].outputs[0].text.splitlines()
    assert [line for line in shown if line.startswith("✓ split_batch: right.")] and "2 of 2 points" in shown[-1]
    assert max(map(len, shown)) <= 110
