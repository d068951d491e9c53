"""Takes steps with a student's optimizer: a class with a method `step`, or a function that makes a function."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np

from .own_work import _check_own_work


def _check_run(function, args, kwargs):
    """Two runs, each with an optimizer of its own: where w was after every step, and whether g was left alone.

    Both are made before the first step; between the runs a third one, with other settings, takes a step.
    """
    settings, w, gradients = args
    with _check_own_work():
        paths: list = []
        changed = False
        first, second = function(*settings), function(*settings)
        for optimizer in (first, second):
            if paths:
                other = function(*(value / 2 for value in settings))
                getattr(other, "step", other)(w.copy(), 3 * gradients[0])
            step = getattr(optimizer, "step", optimizer)
            now, path = w.copy(), [w.copy()]
            for g in gradients:
                given, before = g.copy(), now.copy()
                after = step(now, given)
                if after is None and not np.array_equal(now, before):
                    after = now
                changed = changed or not np.array_equal(given, g)
                path.append(None if after is None else np.array(after))
                now = path[-1]
                if after is None or now.shape != w.shape or now.dtype.kind not in "iuf":
                    break
                now = now.copy()
            paths.append(path)
    return {"path": paths[0], "again": paths[1], "changed": changed}
