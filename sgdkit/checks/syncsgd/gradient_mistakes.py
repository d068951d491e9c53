"""The known mistakes in `gradient`: in the data's part, in the penalty's, one of each, and in the whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..exercise import Case, Misconception
from ..variants import Variant, pairs
from .network import Array, backpropagation, data_gradient, parts, predict


def _put(case: Case, g: Array, **change: Callable[[Array], Array]) -> Array:
    """g with some of its parts W1, b, W2 replaced by change(part)."""
    named = dict(zip(("W1", "b", "W2"), parts(g, case.args[1].shape[1]), strict=True))
    for name, how in change.items():
        named[name] = how(named[name])
    return np.concatenate([part.ravel() for part in named.values()])


def _chain(case: Case, bend: Callable[[Array, Array], Array]) -> Array:
    """The data's part by the chain rule with something else in the place of tanh'."""
    w, X, Y = (np.asarray(a, dtype=np.float64) for a in case.args[:3])
    return np.concatenate([part.ravel() for part in backpropagation(w, X, Y, bend)])


def _without_bias(case: Case) -> Array:
    """The data's part where the forward pass leaves out b."""
    w, X, Y = (np.asarray(a, dtype=np.float64) for a in case.args[:3])
    w = _put(case, w, b=lambda b: 0 * b)
    return np.concatenate([part.ravel() for part in backpropagation(w, X, Y)])


def _sum_for_hidden(case: Case) -> Array:
    """The data's part with what goes into tanh in the place of what comes out, in the slopes of W2."""
    w, X, Y = (np.asarray(a, dtype=np.float64) for a in case.args[:3])
    W1, b, _ = parts(w, X.shape[1])
    a = X @ W1 + b
    return _put(case, _data(case), W2=lambda W2: a.T @ (predict(w, X) - Y))


def _ordered(*order: str) -> Callable[[Case], Array]:
    """The data's part with W1, b and W2 laid in another order."""

    def gives(case: Case) -> Array:
        named = dict(zip(("W1", "b", "W2"), parts(_data(case), case.args[1].shape[1]), strict=True))
        return np.concatenate([named[name].ravel() for name in order])

    return gives


def _data(case: Case) -> Array:
    return data_gradient(*case.args[:3])


def _penalty(case: Case) -> Array:
    return case.args[3] * case.args[0].astype(np.float64)


def _n(case: Case) -> int:
    return len(case.args[1])


DATA = (
    Variant("", "", _data),
    Variant(
        "wrong sign",
        "The part that comes from the data has the opposite sign: the error is prediction minus target, "
        "`predict(w, X) - Y`, not the other way round.",
        lambda case: -_data(case),
    ),
    Variant(
        "mean for sum",
        "The part that comes from the data is the mean over the examples; J is a sum: do not divide by the "
        "number of examples here (the master will, once).",
        lambda case: _data(case) / _n(case),
    ),
    Variant(
        "mean over outputs too",
        "The part that comes from the data is divided by the number of all entries of Y, as `np.mean` does; "
        "J is a sum over examples and outputs.",
        lambda case: _data(case) / case.args[2].size,
    ),
    Variant(
        "factor two",
        "The part that comes from the data is twice what it should be: J has ½ in front of the squares, so the "
        "2 of the derivative cancels.",
        lambda case: 2 * _data(case),
    ),
    Variant(
        "half",
        "The part that comes from the data is half of what it should be: the ½ of J cancels the 2 of the derivative.",
        lambda case: _data(case) / 2,
    ),
    Variant(
        "bias gradient missing",
        "The slopes of the hidden biases are 0: every b[j] also moves the prediction. Its slope is the sum of "
        "the hidden errors over the examples.",
        lambda case: _put(case, _data(case), b=lambda b: 0 * b),
    ),
    Variant(
        "bias gradient is a mean",
        "The slopes of the hidden biases are a mean over the examples; like all others they are a sum.",
        lambda case: _put(case, _data(case), b=lambda b: b / _n(case)),
    ),
    Variant(
        "no derivative of tanh",
        "The derivative of tanh is missing: the error that comes back through W2 is multiplied by 1 - h**2, "
        "where h = tanh(a).",
        lambda case: _chain(case, lambda a, h: np.ones_like(h)),
    ),
    Variant(
        "derivative at the wrong point",
        "The derivative of tanh is taken at h instead of at the sum that went into tanh: with h = tanh(a) it is "
        "1 - h**2, without another tanh.",
        lambda case: _chain(case, lambda a, h: 1 - np.tanh(h) ** 2),
    ),
    Variant(
        "derivative of the input",
        "The derivative of tanh is computed as 1 - a**2 with the sum a that goes into tanh; it is 1 - h**2 with "
        "h = tanh(a).",
        lambda case: _chain(case, lambda a, h: 1 - a**2),
    ),
    Variant(
        "derivative of another function",
        "The derivative used is h * (1 - h), which belongs to the sigmoid; for tanh it is 1 - h**2.",
        lambda case: _chain(case, lambda a, h: h * (1 - h)),
    ),
    Variant(
        "derivative without the square",
        "The derivative of tanh is 1 - h**2; yours is 1 - h.",
        lambda case: _chain(case, lambda a, h: 1 - h),
    ),
    Variant(
        "transposed W1",
        "The slopes of W1 are right but lie transposed in the result: w holds W1 with one row an input, as "
        "`(X.T @ back).ravel()` gives.",
        lambda case: _put(case, _data(case), W1=lambda W1: W1.T),
    ),
    Variant(
        "transposed W2",
        "The slopes of W2 are right but lie transposed in the result: w holds W2 with one row a hidden node, as "
        "`(hidden.T @ error).ravel()` gives.",
        lambda case: _put(case, _data(case), W2=lambda W2: W2.T),
    ),
    Variant(
        "derivative of another function",
        "The derivative used is 1 where something comes through and 0 elsewhere, which belongs to the ReLU; for tanh "
        "it is 1 - h**2.",
        lambda case: _chain(case, lambda a, h: (a > 0) * 1.0),
    ),
    Variant(
        "bias forgotten on the way forward",
        "The hidden values are computed without the bias: hidden = tanh(X @ W1 + b), as in predict.",
        _without_bias,
    ),
    Variant(
        "sum before tanh for the hidden values",
        "The slopes of W2 use X @ W1 + b, what goes into tanh; they need the hidden values, what comes out of it.",
        _sum_for_hidden,
    ),
    *(
        Variant(
            "parts in another order",
            f"The slopes are right but lie in the order {', '.join(order)}; w holds W1, b, W2.",
            _ordered(*order),
        )
        for order in (("W1", "W2", "b"), ("W2", "b", "W1"), ("W2", "W1", "b"), ("b", "W1", "W2"), ("b", "W2", "W1"))
    ),
    Variant(
        "one example only",
        "The data's part is the gradient of the last example alone: add up those of all examples.",
        lambda case: data_gradient(case.args[0], case.args[1][-1:], case.args[2][-1:]),
    ),
)

PENALTY = (
    Variant("", "", _penalty),
    Variant(
        "no regularisation",
        "The penalty is missing: the slope of λ/2 ‖w‖² is λw, so add `lam * w`.",
        lambda case: 0 * _penalty(case),
    ),
    Variant(
        "regularisation doubled",
        "The penalty counts twice: the slope of λ/2 ‖w‖² is λw, not 2λw.",
        lambda case: 2 * _penalty(case),
    ),
    Variant(
        "regularisation halved",
        "The penalty counts half: the slope of λ/2 ‖w‖² is λw, not λ/2 w.",
        lambda case: _penalty(case) / 2,
    ),
    Variant(
        "regularisation without the bias",
        "The penalty leaves out the biases: ‖w‖² is over all of w, so add `lam * w` to the whole result.",
        lambda case: _put(case, _penalty(case), b=lambda b: 0 * b),
    ),
    Variant(
        "regularisation divided by n",
        "The penalty is divided by the number of examples: J has one whole λ/2 ‖w‖², however many there are.",
        lambda case: _penalty(case) / _n(case),
    ),
    Variant(
        "regularisation per example",
        "The penalty is added once for every example: J has a single λ/2 ‖w‖², however many there are.",
        lambda case: _penalty(case) * _n(case),
    ),
    Variant(
        "regularisation without w",
        "The penalty adds λ to every entry; its slope is λw.",
        lambda case: case.args[3] + 0 * _penalty(case),
    ),
    Variant(
        "regularisation with the sum of w",
        "The penalty adds λ times the sum of w to every entry; each entry of w has its own: `lam * w`, without a sum.",
        lambda case: np.full(case.args[0].shape, np.sum(_penalty(case))),
    ),
    Variant(
        "regularisation with the wrong sign",
        "The penalty is subtracted; its slope is + λw.",
        lambda case: -_penalty(case),
    ),
)


def _whole(case: Case) -> Array:
    return _data(case) + _penalty(case)


def _in_another_order(case: Case) -> Array:
    W1, b, W2 = parts(_whole(case), case.args[1].shape[1])
    return np.concatenate([W1.ravel(), W2.ravel(), b])


WHOLE = (
    Misconception(
        "wrong sign",
        "The whole gradient has the opposite sign: it points uphill, and the minus belongs to the update.",
        lambda case: -_whole(case),
    ),
    Misconception(
        "mean for sum",
        "The whole gradient is divided by the number of examples; J is a sum: do not divide here (the master "
        "will, once).",
        lambda case: _whole(case) / _n(case),
    ),
    Misconception(
        "parts in another order",
        "The slopes are right but lie in the order W1, W2, b; w holds W1, b, W2.",
        _in_another_order,
    ),
)
MISCONCEPTIONS = WHOLE + pairs(DATA, PENALTY)
