"""What is read off a submission's text: the kit's own work, and tricks."""

import nbformat.v4 as v4
import pytest

from autograde.grading import tricks
from sgdkit import checks

MOMENTUM = checks.get("3-optimizers/optimizers/momentum")
GIVEN = "from sgdkit import SGD, SyncSGD\nfrom sgdkit.checks import check"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from sgdkit.optimizers import Momentum", "sgdkit.optimizers.Momentum"),
        ("import sgdkit.optimizers as o\nMomentum = o.Momentum", "sgdkit.optimizers"),
        ("import sgdkit\ndef Momentum(lr, m): return sgdkit.optimizers.Momentum(lr, m)", "sgdkit.optimizers"),
        ("import sgdkit\nMomentum = getattr(sgdkit.optimizers, 'Momentum')", "sgdkit.optimizers"),
        ("from importlib import import_module\nMomentum = import_module('sgdkit.optimizers').Momentum", "sgdkit.opt"),
        ("Momentum = __import__('sgdkit.optimizers').optimizers.Momentum", "sgdkit.optimizers"),
        ("exec('from sgdkit.optimizers import Momentum as M')\nMomentum = eval('M')", ""),
        ("def Momentum(*a):\n  exec('import sgdkit.optimizers', {})", "sgdkit.optimizers"),
        ("from sgdkit.optimizers import Momentum as M\nclass Mine(M): pass\nclass Momentum(Mine): pass", "sgdkit.opt"),
        ("class Momentum: pass\nimport sgdkit.optimizers as o\nMomentum.step = o.Momentum.step", "sgdkit.optimizers"),
        ("import sgdkit.optimizers as o\nglobals()['Momentum'] = o.Momentum", "sgdkit.optimizers"),
        ("class Momentum:\n  def step(self, w, g):\n    import torch.optim\n    return w", "torch"),
        ("import sgdkit.checks.optimizers.momentum as m\nMomentum = m.moves", "sgdkit.checks"),
        ("helper = SGD\nclass Momentum:\n  def __init__(self, lr, m): self.inner = helper(lr)", "sgdkit.SGD"),
    ],
)
def test_the_kits_own_work_is_found_wherever_it_comes_from(source, found):
    name = checks.borrowed([GIVEN, source], MOMENTUM)
    assert name.startswith(found) and bool(name) == bool(found)


@pytest.mark.parametrize(
    "source",
    [
        "class Momentum:\n  def step(self, w, g): return w",
        "from sgdkit.optimizers import Momentum as Theirs\nclass Momentum: pass\nprint(Theirs)",
        "from sgdkit.optimizers import Optimizer\nclass Momentum(Optimizer): pass",
        "class Momentum: pass\nwith SyncSGD(1, SGD(0.1)) as trainer: trainer.fit(Momentum)",
        "%matplotlib inline\n!ls\nclass Momentum: pass",
        "class Momentum: pass\ncheck('3-optimizers/optimizers/momentum')",
        "this is no Python",
        "",
    ],
)
def test_what_is_written_oneself_is_left_alone(source):
    assert checks.borrowed([GIVEN, source], MOMENTUM) == ""


def test_borrowing_one_piece_costs_that_piece_only():
    sources = [
        "import sgdkit.models\ndef gradient(w, X, Y, lam): return sgdkit.models.ann(10).gradient(w, X, Y) + lam * w",
        "def worker_gradient(task): return gradient(*task, 0.0), len(task[1])",
    ]
    assert checks.borrowed(sources, checks.get("2-syncsgd/easy/gradient")).startswith("sgdkit.models")
    assert checks.borrowed(sources, checks.get("2-syncsgd/easy/worker_gradient")) == ""


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("get_ipython().ast_transformers.append(1)", "how later cells are read"),
        ("get_ipython().events.register('pre_run_cell', print)", "hooks into the running"),
        ("import sys\nsys.settrace(print)", "looks into other code"),
        ("import inspect\ninspect.currentframe().f_back", "looks into other code"),
        ("import numpy as np\nnp.testing.assert_allclose = print", "changes numpy"),
        ("import sgdkit\nsetattr(sgdkit.checks, 'check', print)", "changes sgdkit"),
        ("import builtins\nbuiltins.len = print", "changes builtins"),
        ("def check(*a): return 3", "defines `check` anew"),
        ("import os\nos._exit(0)", "ends processes"),
        ("raise SystemExit", "ends processes"),
        ("class A:\n  def __array__(self): pass", "__array__"),
        ("m = 'application/vnd.sgdkit.answers+json'", "answers of its own"),
        ("from sgdkit.checks.judge import judge", ""),
        ("import sgdkit.checks.judge\nsgdkit.checks.judge.close", "reaches into the checks"),
    ],
)
def test_a_trick_is_told_with_its_cell(source, says):
    nb = v4.new_notebook(cells=[v4.new_code_cell("x = 1"), v4.new_markdown_cell("text"), v4.new_code_cell(source)])
    told = tricks.look(nb)
    assert any(says in sentence and "code cell 2" in sentence for sentence in told) or (not told and not says)


def test_an_honest_notebook_has_nothing_to_be_told():
    honest = "import numpy as np\nclass A:\n  def __call__(self, w): self.w = w\nw = np.ones(3)"
    assert tricks.look(v4.new_notebook(cells=[v4.new_code_cell(honest), v4.new_code_cell("%time 3\n1 +")])) == []


def test_points_shown_in_a_submission_are_read():
    cell = v4.new_code_cell("check('x')", outputs=[v4.new_output("execute_result", data={"text/plain": "2.0"})])
    cell.metadata["nbgrader"] = {"grade_id": "check-x"}
    assert tricks.claimed(v4.new_notebook(cells=[cell])) == {"check-x": 2.0}
