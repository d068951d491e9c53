"""Goals are held against the right numbers, in the right direction."""

from __future__ import annotations

import pytest

from benchmarks import targets
from benchmarks.case import Case
from benchmarks.measurement import Options, median, ratio


def steps_data(times):
    """As if `steps` had measured these (label -> milliseconds) in three rounds, the second one twice as slow."""
    cases = [Case(network, batch, dtype) for network, batch, dtype in {(g.network, g.batch, g.dtype) for g in GOALS}]
    samples = {label: [{"step": ms * slow} for slow in (1, 2, 1)] for label, ms in times.items()}
    return {"cases": [{"case": vars(case), "measured": samples} for case in cases]}


GOALS = list(targets.goals())
OVERHEAD = {
    "cases": [
        {"case": vars(Case("ann10", 64)), "samples": [{"overhead": 70e-6, "median": 100e-6}]},
        {"case": vars(Case("cnn", 128)), "samples": [{"overhead": 50e-6, "median": 1e-3}]},
    ],
    "recording": {"a": 1e-6, "b": 1e-6},
}


def rows(times):
    options = Options(1, True, None, {"steps": steps_data(times), "overhead": OVERHEAD})
    return targets.measure(options)["rows"]


def test_a_competitor_that_was_not_measured_is_not_judged():
    verdicts = {row["what"]: targets.verdict(row) for row in rows({targets.OURS: 1.0, targets.TUTORIAL: 8.0})}
    assert verdicts["times as fast as torch DDP"] == "not measured"
    assert verdicts["times as fast as the tutorial's Pool.map"] == "met"


@pytest.mark.parametrize(("ours", "verdict"), [(1.0, "met"), (1.3, "not met")])
def test_a_limit_from_above(ours, verdict):
    found = [row for row in rows({targets.OURS: ours, targets.MPI: 1.0}) if row["what"].startswith("time over mpi4py")]
    assert [row["value"] for row in found] == [ours] * 4
    assert {targets.verdict(row) for row in found} == {verdict}


@pytest.mark.parametrize(("ddp", "verdict"), [(1.3, "met"), (1.25, "floor"), (1.1, "not met")])
def test_a_goal_with_a_floor(ddp, verdict):
    found = rows({targets.OURS: 1.0, targets.DDP: ddp})
    row = next(row for row in found if row.get("network") == "cnn" and row["batch"] == 32)
    assert targets.verdict(row) == verdict


def test_overhead_and_recording_are_judged_case_by_case():
    found = {(row["what"], row["title"]): row for row in rows({}) if "title" in row}
    judged = {key: (pytest.approx(row["value"]), targets.verdict(row)) for key, row in found.items()}
    assert judged["µs of overhead a step, 2 workers", "ANN 10, batch 64"] == (70, "not met")
    assert judged["µs of overhead a step, 2 workers", "CNN, batch 128"] == (50, "met")
    assert judged["% of a step for the timeline", "ANN 10, batch 64"] == (2, "met")
    assert judged["% of a step for the timeline", "CNN, batch 128"] == (pytest.approx(0.2), "met")


def test_a_ratio_is_the_median_of_the_rounds_ratios():
    slow, fast = [{"step": 8.0}, {"step": 2.0}, {"step": 90.0}], [{"step": 4.0}, {"step": 1.0}, {"step": 10.0}]
    assert ratio(slow, fast) == 2.0
    assert median(slow, "step") == 8.0


def test_every_goal_names_competitors_that_steps_measures(monkeypatch):
    from benchmarks import steps

    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    for goal in GOALS:
        labels = {candidate.label for candidate in steps.candidates(Case(goal.network, goal.batch, goal.dtype))}
        assert {goal.above, goal.below} <= labels
    measured = {(case.network, case.batch, case.dtype) for case in steps.cases(Options(9, False, None, {}))}
    assert {(goal.network, goal.batch, goal.dtype) for goal in GOALS} <= measured
