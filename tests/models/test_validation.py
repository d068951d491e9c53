"""Wrong input is one clear ValueError."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.models import ann, cnn, lorenz
from tests.models.reference import examples

METHODS = ["loss", "gradient", "loss_and_gradient", "accuracy"]


def spoiled(array, value):
    array = array.copy()
    array[-1, -1] = value
    return array


WRONG = {
    "NaN in X": (lambda w, X, Y: (w, spoiled(X, np.nan), Y), "X contains NaN"),
    "infinite X": (lambda w, X, Y: (w, spoiled(X, -np.inf), Y), "X contains an infinite number"),
    "NaN in Y": (lambda w, X, Y: (w, X, spoiled(Y, np.nan)), "Y contains NaN"),
    "NaN in w": (lambda w, X, Y: (w * np.nan, X, Y), "w contains NaN. Training may have diverged"),
    "X too narrow": (lambda w, X, Y: (w, X[:, 1:], Y), r"X must be of shape \(n, 784\).*not \(3, 783\)"),
    "one example as a vector": (lambda w, X, Y: (w, X[0], Y), r"X must be of shape \(n, 784\)"),
    "images not flattened": (lambda w, X, Y: (w, X.reshape(3, 28, 28), Y), r"X must be of shape \(n, 784\)"),
    "too few targets": (lambda w, X, Y: (w, X, Y[:2]), r"Y must be of shape \(3, 10\).*not \(2, 10\)"),
    "too few outputs": (lambda w, X, Y: (w, X, Y[:, :9]), r"Y must be of shape \(3, 10\)"),
    "w too short": (lambda w, X, Y: (w[1:], X, Y), "w must be a vector of"),
    "w as a matrix": (lambda w, X, Y: (w[None], X, Y), "w must be a vector of"),
    "every second number": (lambda w, X, Y: (np.repeat(w, 2)[::2], X, Y), "contiguous"),
    "no example": (lambda w, X, Y: (w, X[:0], Y[:0]), "X holds no example"),
    "float32 X": (lambda w, X, Y: (w, X.astype(np.float32), Y), "X is float32 but w is float64"),
    "float32 w": (lambda w, X, Y: (w.astype(np.float32), X, Y), "X is float64 but w is float32"),
    "float32 Y": (lambda w, X, Y: (w, X, Y.astype(np.float32)), "Y is float32 but w is float64"),
    "integer X": (lambda w, X, Y: (w, X.astype(int), Y), "X must be float32 or float64, not int64"),
    "half precision": (lambda w, X, Y: (w.astype(np.float16), X, Y), "w must be float32 or float64, not float16"),
    "a list": (lambda w, X, Y: (w, X.tolist(), Y), "X must be a numpy array, not list"),
    "a label too large": (lambda w, X, Y: (w, X, np.array([0, 10, 1])), "from 0 to 9; one is 10"),
    "a label below 0": (lambda w, X, Y: (w, X, np.array([0, -1, 1])), "from 0 to 9; one is -1"),
    "too few labels": (lambda w, X, Y: (w, X, np.array([0, 1])), r"Labels must be of shape \(3,\)"),
    "labels as a column": (lambda w, X, Y: (w, X, np.zeros((3, 1), int)), r"Labels must be of shape \(3,\)"),
    "no targets": (lambda w, X, Y: (w, X, None), "Y must be a numpy array, not NoneType"),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("make", [lambda: ann(5), cnn])
def test_wrong_input_is_named(make, case, method):
    network = make()
    spoil, message = WRONG[case]
    with pytest.raises(ValueError, match=message) as caught:
        getattr(network, method)(*spoil(*examples(network, 3)))
    assert "\n" not in str(caught.value)


def test_cross_entropy_refuses_rows_that_are_no_probabilities():
    network = cnn()
    w, X, Y = examples(network, 3)
    for wrong in (2 * Y, Y - 0.1, 0 * Y):
        with pytest.raises(ValueError, match="rows of probabilities"):
            network.loss(w, X, wrong)
    network.loss(w, X, 0.9 * Y + 0.01)


def test_huge_but_finite_numbers_are_no_nan():
    network = ann(5)
    w, X, Y = examples(network, 3, dtype=np.float32)
    assert np.isfinite(network.loss(w, spoiled(X, np.float32(1e30)), Y))


def test_class_numbers_mean_the_same_as_one_hot_rows():
    for network in (ann(5), cnn()):
        w, X, Y = examples(network, 6)
        loss, gradient = network.loss_and_gradient(w, X, Y)
        for dtype in (np.int64, np.uint8):
            other = network.loss_and_gradient(w, X, Y.argmax(axis=1).astype(dtype))
            assert other[0] == loss and np.array_equal(other[1], gradient)


def test_a_regressor_takes_no_class_numbers():
    network = lorenz()
    with pytest.raises(ValueError, match="Y must be float32 or float64"):
        network.loss(network.init(0), np.ones((2, 3)), np.array([0, 1]))


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (lambda w: w, "out must not be w"),
        (lambda w: w[:-1], "out must be a vector of 3975"),
        (lambda w: w.astype(np.float32), "out is float32 but w is float64"),
        (lambda w: np.empty(2 * w.size)[::2], "out must be contiguous"),
        (lambda w: w.tolist(), "out must be a numpy array"),
    ],
)
def test_a_wrong_out_is_refused(out, message):
    network = ann(5)
    w, X, Y = examples(network, 3)
    with pytest.raises(ValueError, match=message):
        network.loss_and_gradient(w, X, Y, out=out(w))


@pytest.mark.parametrize("draw", [(1, 2), (1, 2, 3, 4), (1, 2, -3), (1.0, 2, 3)])
def test_a_wrong_draw_is_refused(draw):
    network = ann(5)
    w, X, Y = examples(network, 3)
    with pytest.raises(ValueError, match="draw must be"):
        network.loss_and_gradient(w, X, Y, draw=draw)


def test_predict_checks_w_and_X():
    network = ann(5)
    w, X, _ = examples(network, 3)
    with pytest.raises(ValueError, match="X contains NaN"):
        network.predict(w, spoiled(X, np.nan))
    with pytest.raises(ValueError, match="X is float32 but w is float64"):
        network.predict(w, X.astype(np.float32))
