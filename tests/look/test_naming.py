"""Runs side by side are named after what differs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sgdkit.look.naming import name_runs, named_runs


def run(**settings: object) -> SimpleNamespace:
    return SimpleNamespace(settings={"seed": 0, **settings})


def test_names_say_what_differs_and_nothing_else() -> None:
    assert list(name_runs([run(workers=1, lr=0.1), run(workers=2, lr=0.1)])) == ["1 worker", "2 workers"]
    assert list(name_runs([run(batch_size=64, lr=0.1), run(batch_size=8, lr=0.2)])) == [
        "batch 64, learning rate 0.1",
        "batch 8, learning rate 0.2",
    ]


def test_optimizers_are_shortened_where_that_is_enough() -> None:
    adam = "Adam(lr=0.1, beta1=0.9, beta2=0.999, eps=1e-08)"
    assert list(name_runs([run(optimizer=adam), run(optimizer="SGD(lr=0.1)")])) == ["Adam(lr=0.1)", "SGD(lr=0.1)"]
    other = adam.replace("0.9,", "0.5,")
    assert list(name_runs([run(optimizer=adam), run(optimizer=other)])) == [adam, other]


def test_that_an_optimizer_needs_curvature_is_no_name() -> None:
    newton = run(optimizer="Newton(lr=1.0)", needs_curvature=True)
    assert list(name_runs([newton, run(optimizer="SGD(lr=0.1)")])) == ["Newton(lr=1.0)", "SGD(lr=0.1)"]


def test_equal_runs_are_numbered() -> None:
    assert list(name_runs([run(), run()])) == ["run 1", "run 2"]


def test_a_run_alone_needs_no_name() -> None:
    one = run()
    assert named_runs(one) == {"": one}
    assert named_runs([one]) == {"": one}
    assert named_runs({"mine": one}) == {"mine": one}


def test_no_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        name_runs([])
