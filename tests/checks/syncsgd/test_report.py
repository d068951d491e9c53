"""The report is run again: what is reported must come out."""

import functools

import numpy as np
import pytest

from sgdkit.data import digits

SETTINGS = {"workers": 2, "batch_size": 128, "lr": 0.3, "lam": 0.5, "epochs": 15, "seed": 0}


@functools.cache
def results(hidden: int, **change) -> tuple:
    """J, Σℓ, N, accuracy on the test and the training images; one process, written apart."""
    s, data = SETTINGS | change, digits()
    X, Y = data.train.X, data.train.Y
    w = 0.1 * np.random.default_rng(0).standard_normal(795 * hidden)
    rng, N = np.random.default_rng(s["seed"]), len(X)

    def forward(w, X):
        W1, b, W2 = np.split(w, [784 * hidden, 785 * hidden])
        return np.tanh(X @ W1.reshape(784, -1) + b), W2.reshape(hidden, -1)

    for _ in range(s["epochs"]):
        order = rng.permutation(N)
        for i in range(0, N, s["batch_size"]):
            rows = order[i : i + s["batch_size"]]
            h, W2 = forward(w, X[rows])
            e = h @ W2 - Y[rows]
            back = e @ W2.T * (1 - h**2)
            g = np.concatenate([(X[rows].T @ back).ravel(), back.sum(0), (h.T @ e).ravel()]) / len(rows)
            w = w - s["lr"] * (g + s["lam"] / N * w)
    rates = []
    for part in data:
        h, W2 = forward(w, part.X)
        rates.append(float(np.mean((h @ W2).argmax(1) == part.labels)))
    h, W2 = forward(w, X)
    total = 0.5 * np.sum((h @ W2 - Y) ** 2)
    return (total + s["lam"] / 2 * np.sum(w**2)), total, N, rates[1], rates[0]


def report(hidden=10, **change) -> dict:
    J, _, N, accuracy, _ = results(10)
    return SETTINGS | {"hidden": hidden, "seconds": 1.5, "loss": J / N, "accuracy": accuracy} | change


@pytest.fixture(params=[("easy", "sync_sgd"), ("hard", "train")])
def verdict(request, student, judged):
    def make(told):
        namespace = student(request.param[0])
        if told is not None:
            namespace["report"] = told
        return judged(f"2-syncsgd/{request.param[0]}/report", namespace)

    return make


def test_a_true_report_gets_both_points_rounded_or_not(verdict):
    told = report()
    assert told["accuracy"] >= 0.85
    assert verdict(told).points == 2
    rounded = told | {"loss": round(told["loss"], 4), "accuracy": np.float64(round(told["accuracy"], 3))}
    assert verdict(rounded | {"workers": 1}).points == 2


def test_more_hidden_nodes_may_be_reported(verdict):
    J, _, N, accuracy, _ = results(30, lr=0.1)
    assert verdict(report(30, lr=0.1, loss=J / N, accuracy=accuracy)).passed


@pytest.mark.parametrize(
    ("change", "name", "says"),
    [
        ({"loss": 0.01}, "report not reproducible", "should be"),
        ({"accuracy": 0.99}, "report not reproducible", "0.99"),
        ({"lr": 0.1}, "report not reproducible", "same run"),
        ({"epochs": 2000}, "report too long", "from 1 to 50"),
        ({"batch_size": 4, "epochs": 50}, "report too long", "18,000 steps"),
        ({"workers": 2.0}, "report incomplete", "whole number"),
        ({"lr": "0.1"}, "report incomplete", "'0.1'"),
        ({"seconds": 0}, "report incomplete", "seconds"),
        ({"loss": float("nan")}, "report incomplete", "loss"),
    ],
)
def test_a_report_that_is_not_true_or_not_complete(verdict, change, name, says):
    result = verdict(report(**change))
    assert (result.points, result.misconception) == (0, name)
    assert says in result.message


def test_the_usual_slips_are_named(verdict):
    J, total, N, accuracy, on_train = results(10)
    assert "Divide by the number" in verdict(report(loss=J)).message
    assert "penalty missing" in verdict(report(loss=total / N)).message
    assert "not in percent" in verdict(report(accuracy=100 * accuracy)).message
    if abs(on_train - accuracy) > 0.01:
        assert "training images" in verdict(report(accuracy=on_train)).message


def test_a_missing_key_and_a_missing_report(verdict):
    told = report()
    del told["hidden"]
    assert "'hidden'" in verdict(told).message
    assert "no `report` yet" in verdict(None).message
    assert "not written yet" in verdict(...).message
    assert verdict([1, 2]).points == 0


def test_a_true_report_of_a_bad_run_is_half(verdict):
    J, _, N, accuracy, _ = results(10, epochs=1, lr=0.01)
    result = verdict(report(loss=J / N, accuracy=accuracy, epochs=1, lr=0.01))
    assert (result.points, result.misconception) == (1, "too low")


def test_a_run_that_diverges(verdict):
    result = verdict(report(lr=9.0))
    assert result.points == 0
    assert result.misconception == "diverged" or "diverged" in result.message
