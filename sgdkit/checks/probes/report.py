"""Trains the real network again with the settings of a student's report, by the student's own code."""
# mypy: disable-error-code="no-untyped-def"

import numpy as np


def _check_run(function, args, kwargs):
    """The report, and the final w of a run with its settings; no w where they are missing or would take too long."""
    if globals()["report"] is ...:
        raise NotImplementedError
    report = {str(key): _check_plain(value) for key, value in dict(globals()["report"]).items()}
    answer: dict = {"report": report, "w": None}
    for name, (least, most) in kwargs["limits"].items():
        if not (type(report.get(name)) in (int, float) and least <= report[name] <= most):
            return answer
    if any(type(report[name]) is not int for name in ("workers", "batch_size", "epochs", "hidden", "seed")):
        return answer
    from sgdkit.data import digits

    train = digits().train
    if report["epochs"] * -(-len(train) // report["batch_size"]) > kwargs["steps"]:
        return answer
    w = kwargs["scale"] * np.random.default_rng(0).standard_normal(795 * report["hidden"])
    settings = {name: report[name] for name in ("workers", "batch_size", "lr", "lam", "epochs", "seed")}
    hidden = globals().get("HIDDEN")
    try:
        globals()["HIDDEN"] = report["hidden"]
        if kwargs["given"]:
            from sgdkit.models import ann

            answer["w"] = np.asarray(function(ann(report["hidden"]).gradient, w, train.X, train.Y, **settings))
        else:
            answer["w"] = np.asarray(function(w, train.X, train.Y, **settings)[-1])
    finally:
        globals()["HIDDEN"] = hidden
    return answer


def _check_plain(value):
    """A numpy number as Python's own."""
    return value.item() if isinstance(value, np.generic) else value
