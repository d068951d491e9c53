"""The notebook of 3-optimizers: with its solution it runs everywhere and gets everything, without it nothing."""

from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest
from traitlets.config import Config

from sgdkit import checks

ROOT = Path(__file__).parents[2]
ALL = 13


def solved() -> nbformat.NotebookNode:
    return jupytext.read(ROOT / "solutions" / "3-optimizers" / "optimizers.py")


def released() -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / "3-optimizers" / "optimizers.ipynb", as_version=4)


def execute(notebook: nbformat.NotebookNode, method: str = "", **options) -> nbformat.NotebookNode:
    if method:
        first = f"import multiprocessing\nmultiprocessing.set_start_method({method!r}, force=True)"
        notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    config = Config(KernelManager={"transport": "ipc"}, AsyncKernelManager={"transport": "ipc"})
    where = {"metadata": {"path": str(ROOT)}}
    return nbclient.NotebookClient(notebook, timeout=150, resources=where, config=config, **options).execute()


def checks_of(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}
    return {name: cell for name, cell in cells.items() if name.startswith("check-")}


def test_check_cells_and_exercises_agree():
    cells, exercises = checks_of(solved()), checks.exercises("3-optimizers")
    assert list(cells) == [f"check-{exercise.name}" for exercise in exercises]
    assert sum(exercise.points for exercise in exercises) == ALL
    for exercise, cell in zip(exercises, cells.values(), strict=True):
        assert cell.metadata["nbgrader"]["points"] == exercise.points


@pytest.mark.timeout(300)
@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.long)])
def test_the_solution_runs_top_to_bottom_gets_all_points_and_races(method):
    done = execute(solved(), method)
    for cell in checks_of(done).values():
        assert [output.output_type for output in cell.outputs] == ["stream", "execute_result"]
    assert f"{ALL} of {ALL} in this notebook so far" in checks_of(done)["check-newton_step"].outputs[0].text
    for cell in done.cells:
        assert not any(output.get("name") == "stderr" for output in cell.get("outputs", []))
    raced = next(cell for cell in done.cells if cell.source.strip() == "race(runs, points)").outputs[0]
    for name in ("plain", "Momentum", "Nesterov", "Adam", "Newton"):
        assert f"path of {name}" in raced.data["text/plain"]


@pytest.mark.timeout(300)
def test_the_release_runs_with_nothing_written_and_every_check_kindly_gives_nothing():
    done = execute(released(), allow_errors=True)
    for name, cell in checks_of(done).items():
        (output,) = cell.outputs
        assert (output.output_type, output.ename) == ("error", "CheckFailed"), name
        shown = "\n".join(output.traceback)
        assert "not written yet" in shown or "there is no `" in shown, shown
        assert "Traceback" not in shown and "sgdkit/checks" not in shown
    waiting = [cell for cell in done.cells if "with once_written" in cell.source]
    assert len(waiting) == 6
    for cell in waiting:
        says = cell.outputs[-1]
        assert says.output_type == "stream" and says.name == "stdout" and says.text.count("\n") == 1, cell.source
        assert says.text.startswith("First fill in `"), says.text
        assert len(cell.outputs) == 1
    trainer = next(cell for cell in done.cells if "def runs_of" in cell.source)
    assert "Momentum is not written yet" in trainer.outputs[0].text
    assert not any(output.output_type == "error" for output in trainer.outputs)
