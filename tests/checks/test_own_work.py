"""During a check the kit's own version of what is asked for does not work, however somebody got hold of it."""

import types

import numpy as np
import pytest

from sgdkit import checks
from sgdkit.checks import codec, collect
from sgdkit.checks.kernel import read_answer
from sgdkit.optimizers import Momentum


def judged(source: str) -> checks.Verdict:
    exercise = checks.get("3-optimizers/optimizers/momentum")
    namespace = types.ModuleType("__main__").__dict__
    exec("import numpy as np\n" + source, namespace)
    cases = exercise.cases(exercise.visible_rng())
    answers = collect.collect(namespace, [c.program(exercise.needs) for c in cases], codec.encode, codec.decode)
    return exercise.judge(cases, [read_answer(answer) for answer in answers])


@pytest.mark.parametrize(
    "source",
    [
        "from sgdkit.optimizers import Momentum",
        "import sgdkit.optimizers as o\ndef Momentum(*a):\n  made = o.Momentum(*a)\n  return made.step",
        "from sgdkit.optimizers import Momentum as M\nkept = M.step\nclass Momentum(M):\n  step = kept",
        "import copy\nfrom sgdkit.optimizers import Momentum as M\nmade = M(1, 0)\n"
        "def Momentum(*a):\n  other = M(*a)\n  return copy.copy(other).step",
    ],
)
def test_it_says_write_this_one_yourself(source):
    verdict = judged(source)
    assert (verdict.points, verdict.misconception) == (0, "borrowed")
    assert "write this one yourself" in verdict.message


def test_afterwards_it_works_again():
    judged("from sgdkit.optimizers import Momentum")
    np.testing.assert_array_equal(Momentum(0.5, 0.9).step(np.ones(2), np.ones(2)), [0.5, 0.5])
