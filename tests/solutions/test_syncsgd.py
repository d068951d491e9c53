"""The notebooks of 2-syncsgd: with their solution they run everywhere and get everything, without it nothing."""

from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest
from traitlets.config import Config

from sgdkit import checks

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ("easy", "hard")
METHODS = ("fork", "spawn", "forkserver")
# `make release` runs them under fork (a test of the README), .ci/run under forkserver on another Python.
SOME = [
    pytest.param(notebook, method, marks=[] if (notebook, method) == ("easy", "spawn") else [pytest.mark.long])
    for notebook in NOTEBOOKS
    for method in METHODS
]


def read(notebook: str) -> nbformat.NotebookNode:
    return jupytext.read(ROOT / "solutions" / "2-syncsgd" / f"{notebook}.py")


def execute(notebook: nbformat.NotebookNode, method: str, **options) -> nbformat.NotebookNode:
    first = f"import multiprocessing\nmultiprocessing.set_start_method({method!r}, force=True)"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    # Kernels side by side race for TCP ports now and then; for files they do not.
    config = Config(KernelManager={"transport": "ipc"}, AsyncKernelManager={"transport": "ipc"})
    where = {"metadata": {"path": str(ROOT)}}
    # One print may reach us in two messages on a busy machine.
    options = {"timeout": 150, "coalesce_streams": True, **options}
    return nbclient.NotebookClient(notebook, resources=where, config=config, **options).execute()


def checks_of(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}
    return {name: cell for name, cell in cells.items() if name.startswith("check-")}


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_check_cells_and_exercises_agree(notebook):
    cells = checks_of(read(notebook))
    exercises = checks.exercises("2-syncsgd", notebook)
    assert list(cells) == [f"check-{exercise.name}" for exercise in exercises]
    for exercise, cell in zip(exercises, cells.values(), strict=True):
        data = cell.metadata["nbgrader"]
        assert cell.source == f'check("{exercise.id}")'
        assert (data["points"], data["grade"], data["locked"]) == (exercise.points, True, True)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("notebook", "method"), SOME)
def test_the_solution_runs_top_to_bottom_and_gets_all_points(notebook, method):
    done = execute(read(notebook), method)
    got = 0.0
    for cell in checks_of(done).values():
        kinds = [output.output_type for output in cell.outputs]
        assert kinds == ["stream", "execute_result"], kinds
        assert cell.outputs[0].name == "stdout"
        got += float(cell.outputs[1].data["text/plain"])
    assert got == 17
    assert "17 of 17 in this notebook so far" in list(checks_of(done).values())[-1].outputs[0].text


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_without_the_solution_every_check_kindly_gives_nothing(notebook):
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    untouched = read(notebook)
    for cell in untouched.cells:
        if cell.cell_type == "code" and "### BEGIN SOLUTION" in cell.source:
            kept = cell.source.split("### BEGIN SOLUTION")
            indent = kept[0].rsplit("\n", 1)[-1]
            cell.source = kept[0] + stub.replace("\n", "\n" + indent) + kept[1].split("### END SOLUTION")[1]
    done = execute(untouched, "fork", allow_errors=True)
    for name, cell in checks_of(done).items():
        (output,) = cell.outputs
        assert (output.output_type, output.ename) == ("error", "CheckFailed"), name
        shown = "\n".join(output.traceback)
        assert "not written yet" in shown or "there is no `" in shown, shown
        assert "Traceback" not in shown and "sgdkit/checks" not in shown
        assert "0 of" in shown
    waiting = [cell for cell in done.cells if "with once_written" in cell.source]
    assert len(waiting) == {"easy": 9, "hard": 2}[notebook]
    for cell in waiting:
        (output,) = cell.outputs
        assert output.name == "stdout" and output.text.count("\n") == 1, cell.source
        assert output.text.startswith("First fill in `"), output.text
    written = [cell for cell in done.cells if "raise NotImplementedError" in cell.source or cell in waiting]
    for cell in done.cells:
        if cell.cell_type == "code" and cell not in written and not cell.source.startswith("check("):
            assert all(output.output_type != "error" for output in cell.outputs), cell.source


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.long)])
def test_a_picture_says_which_piece_is_missing_also_where_a_worker_misses_it(method):
    notebook = read("easy")
    keep = {"setup", "parabola", "parts", "predict", "loss", "gradient", "split_batch", "average_gradients"}
    keep |= {"worker_gradient", "sync_sgd", "sync-picture"}
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") in keep]
    piece = next(c for c in notebook.cells if "def worker_gradient" in c.source)
    piece.source = piece.source.split("### BEGIN")[0] + "raise NotImplementedError()"
    (output,) = execute(notebook, method).cells[-1].outputs
    assert output.text == "First fill in `worker_gradient` above, then run this cell again.\n"


# What the text says of answers that get a part of the points, by the exercise whose judge gives it.
PARTIAL = {
    "split_batch": "1 of the 2 points",
    "sync_sgd": "Of the 4 points, 2 are for the right numbers",
    "update": "3 of the 6 points",
    "parallel": "half of the points",
    "report": "a true report of a run below that gets 1 point",
}


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_text_says_where_a_part_of_the_points_is_to_be_had(notebook):
    text = " ".join(" ".join(cell.source.split()) for cell in read(notebook).cells if cell.cell_type == "markdown")
    for exercise in checks.exercises("2-syncsgd", notebook):
        if exercise.name in PARTIAL:
            assert PARTIAL[exercise.name] in text, exercise.name


def test_no_other_judge_gives_a_part_of_the_points():
    giving = {file.stem for file in (ROOT / "sgdkit" / "checks").rglob("*.py") if "share=0" in file.read_text("utf-8")}
    helping = {"shared"}  # sync_sgd's
    assert giving - helping | {"update"} == set(PARTIAL)


SENT_ONCE = """
_mine = None

def remember(*everything):
    global _mine
    _mine = everything

def compute(task):
    gradient, X, Y = _mine
    return gradient(task[0], X[task[1]], Y[task[1]])

def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    rng = np.random.default_rng(seed)
    with Pool(workers, initializer=remember, initargs=(gradient, X, Y)) as pool:
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for batch in np.split(order, range(batch_size, len(X), batch_size)):
                g = sum(pool.map(compute, [(w, batch[k::workers]) for k in range(workers)])) / len(batch)
                w = w - lr * (g + lam / len(X) * w)
    return w
"""


@pytest.mark.parametrize("method", ["fork", *(pytest.param(name, marks=pytest.mark.long) for name in METHODS[1:])])
def test_examples_that_an_initializer_sent_once_are_a_right_answer_too(method):
    notebook = read("hard")
    keep = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "setup"]
    keep += [nbformat.v4.new_code_cell(SENT_ONCE)]
    keep += [cell for name, cell in checks_of(notebook).items() if name != "check-report"]
    notebook.cells = keep
    for cell in checks_of(execute(notebook, method)).values():
        assert cell.outputs[-1].output_type == "execute_result"


def test_plain_multiprocessing_pool_passes_where_it_works():
    """Under fork, with functions defined before the pool, the original does."""
    notebook = read("easy")
    for cell in notebook.cells:
        cell.source = cell.source.replace("from sgdkit import Pool, digits", "from multiprocessing import Pool")
    wanted = {
        "setup",
        "parabola",
        "parts",
        "predict",
        "loss",
        "gradient",
        "split_batch",
        "worker_gradient",
        "average_gradients",
    }
    wanted |= {"sync_sgd", "check-sync_sgd"}
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade_id") in wanted
    ]
    cell = checks_of(execute(notebook, "fork"))["check-sync_sgd"]
    assert cell.outputs[-1].data["text/plain"] == "4.0"
