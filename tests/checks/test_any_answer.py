"""Whatever comes back, the judge has a verdict, and a made-up answer never gets full points."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sgdkit import checks

numbers = st.integers(-5, 5) | st.floats(width=32) | st.booleans()
arrays = st.builds(
    lambda shape, kind, fill: np.full(shape, fill, dtype=kind),
    st.lists(st.integers(0, 4), max_size=3).map(tuple),
    st.sampled_from(["f8", "f4", "i8", "?"]),
    st.sampled_from([0, 1, -1]),
)
keys = st.sampled_from(["returned", "calls", "met", "master", "report", "w", "raised", "pid", "rows", "time", "epochs"])
anything = st.recursive(
    st.none() | numbers | st.text(max_size=3) | arrays,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("exercise", checks.exercises("2-syncsgd"), ids=lambda exercise: exercise.id)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_gets_a_verdict(exercise, data):
    cases = exercise.cases(np.random.default_rng(1))
    answers = [checks.Answer(value=data.draw(anything)) for _ in cases]
    verdict = exercise.judge(cases, answers)
    assert not verdict.passed and verdict.misconception != "unjudged"
    assert len(verdict.message) < 1500


CALL = {"pid": 3, "time": 1.0, "w": [0.0, 1.0, 2.0], "rows": [0]}


@pytest.mark.parametrize("name", ["update", "batches", "parallel", "faults"])
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_made_up_observations_get_a_verdict(name, data):
    exercise = checks.get(f"2-syncsgd/hard/{name}")
    cases = exercise.cases(np.random.default_rng(1))
    call = st.just(CALL) | st.fixed_dictionaries(
        {
            "pid": numbers,
            "w": anything | st.lists(st.floats(-2, 2), min_size=3, max_size=3),
            "rows": anything | st.lists(st.integers(0, 5), max_size=4),
        }
    )
    value = st.fixed_dictionaries(
        {
            "returned": anything | st.just([0.0, 1.0, 2.0]),
            "calls": st.lists(call, max_size=6) | anything,
            "met": anything,
            "master": anything,
        }
    )
    verdict = exercise.judge(cases, [checks.Answer(value=data.draw(value)) for _ in cases])
    assert verdict.misconception != "unjudged"


@given(calls=st.lists(st.just(CALL), max_size=3) | anything, met=anything, master=anything)
@settings(max_examples=60, deadline=None)
def test_made_up_processes_beside_a_right_path_get_a_verdict(calls, met, master):
    from sgdkit.checks.syncsgd.loop import simulate

    exercise = checks.get("2-syncsgd/easy/sync_sgd")
    cases = exercise.cases(np.random.default_rng(1))
    seen = {"calls": calls, "met": met, "master": master}
    answers = [checks.Answer(value={"returned": simulate(case)} | seen) for case in cases]
    verdict = exercise.judge(cases, answers)
    assert verdict.misconception != "unjudged" and verdict.points <= 4
