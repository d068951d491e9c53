"""Whether our figures agree with the slides is computed from the figures: other figures, another sentence."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.slides.conclusions import sentences
from benchmarks.slides.learning import Task, learn
from sgdkit.data import Split, digits
from sgdkit.models import ann


def figures(*, gain_small=1.5, gain_large=1.9, overhead=(0.4, 0.1), early=(0.5, 0.6), end=(0.9, 0.8), each=(0.5, 0.6),
            jitter=(2.0, 1.0), far=1e-6):  # fmt: skip
    """What `slides.measure` returns; each pair belongs to the small and the large batch, or to 1 and 4 nodes."""

    def cell(network, batch, gain, share):
        many = {"step": 1 / gain, "median": 1 / gain, "overhead": share / gain}
        return {
            "network": network,
            "batch": batch,
            "nodes": {"1": {"step": 1, "median": 1, "overhead": 0.1}, "2": many},
        }

    cells = [
        cell(network, batch, gain, share)
        for network in ("ann50", "cnn")
        for batch, gain, share in ((16, gain_small, overhead[0]), (4096, gain_large, overhead[1]))
    ]
    entry = {
        "epochs": 2,
        "early": 2,
        "batches": {
            "16": {"steps": [2, 20], "accuracy": [early[0], end[0]]},
            "1437": {"steps": [2, 3], "accuracy": [early[1], end[1]]},
        },
        "nodes, one batch": {"1": {"far": 0.0}, "4": {"far": far}},
        "nodes, a batch each": {
            "1": {"steps": [9], "accuracy": [each[0]], "jitter": jitter[0]},
            "4": {"steps": [9], "accuracy": [each[1]], "jitter": jitter[1]},
        },
    }
    return {"times": {"cells": cells, "nodes": [1, 2], "cores": 2}, "learning": {"ANN": entry}}


def verdicts(number, **changed):
    """The verdict words in our sentences on this conclusion, in order."""
    said = [sentence for sentence in sentences(figures(**changed)) if sentence.startswith(f"({number})")]
    return ["DO NOT AGREE" if part.startswith("DO NOT") else "AGREE" for s in said for part in _verdict_parts(s)]


def _verdict_parts(sentence):
    text = sentence.replace("DO NOT AGREE", "\0DO NOT").replace("AGREE", "\0YES")
    return text.split("\0")[1:]


def test_each_conclusion_is_quoted_before_what_we_found():
    said = sentences(figures())
    assert [s[:24] for s in said if s.startswith("The slides")] == [f"The slides' conclusion {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"early": (0.5, 0.6), "end": (0.9, 0.8)}, ["AGREE", "DO NOT AGREE"]),  # by steps, by epochs
        ({"early": (0.6, 0.6), "end": (0.8, 0.9)}, ["DO NOT AGREE", "AGREE"]),
    ],
)
def test_larger_batches(changed, expected):
    assert verdicts(1, **changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"gain_large": 1.9, "far": 1e-6}, ["DO NOT AGREE", "DO NOT AGREE", "AGREE"]),  # ANN's time, CNN's, accuracy
        ({"gain_large": 1.1, "far": 0.5}, ["AGREE", "AGREE", "DO NOT AGREE"]),
    ],
)
def test_more_nodes_with_a_large_batch(changed, expected):
    assert verdicts(2, **changed) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["AGREE", "AGREE"] * 2 + ["AGREE"]),  # ANN: helps, costs; CNN: the same; accuracy
        ({"gain_small": 0.8, "overhead": (0.1, 0.4), "each": (0.6, 0.6)}, ["DO NOT AGREE"] * 5),
    ],
)
def test_more_nodes_with_a_small_batch(changed, expected):
    assert verdicts(3, **changed) == expected


@pytest.mark.parametrize(("jitter", "expected"), [((2.0, 1.0), ["AGREE"]), ((1.0, 1.0), ["DO NOT AGREE"])])
def test_smoother(jitter, expected):
    assert verdicts(4, jitter=jitter) == expected


def test_accuracy_is_taken_at_the_marks_and_nodes_do_not_change_it():
    data = digits(np.float64)
    task = Task("small", lambda: ann(10), Split(data.train.take(slice(100)), data.test), (16,), 1, 1)
    one, three = (learn(task, nodes, 32, seed=0, steps=6, marks={2, 4, 6}) for nodes in (1, 3))
    assert one["steps"] == [2, 4, 6] and len(one["accuracy"]) == 3
    assert one["accuracy"] == three["accuracy"]
    np.testing.assert_allclose(one["w"], three["w"], rtol=1e-10, atol=1e-12)
    assert one["jitter"] > 0
