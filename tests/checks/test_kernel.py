"""The way to a real kernel and back."""

import json

import jupyter_client
import numpy as np
import pytest

from sgdkit import checks

GRADIENT = checks.get("2-syncsgd/easy/gradient")


def published(*sources: str) -> list:
    """What a fresh kernel publishes as answers when it runs these sources."""
    manager = jupyter_client.KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    found = []

    def hook(message):
        data = message["content"].get("data", {})
        if checks.MIME in data:
            found.append(data[checks.MIME])
        assert message["msg_type"] != "stream", message["content"]

    try:
        client.wait_for_ready(timeout=60)
        for source in sources:
            client.execute_interactive(source, timeout=60, output_hook=hook)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return found


RIGHT = """
import numpy as np
HIDDEN = 10
def gradient(w, X, Y, lam):
    print("a print"); import warnings; warnings.warn("a warning")
    f = X.shape[1] * HIDDEN
    W1, b, W2 = w[:f].reshape(-1, HIDDEN), w[f:f + HIDDEN], w[f + HIDDEN:].reshape(HIDDEN, -1)
    h = np.tanh(X @ W1 + b)
    e = h @ W2 - Y
    back = e @ W2.T * (1 - h * h)
    return np.concatenate([(X.T @ back).ravel(), back.sum(0), (h.T @ e).ravel()]) + lam * w
"""


def test_answers_come_back_from_a_kernel_and_nothing_else_does():
    cases = GRADIENT.cases(np.random.default_rng(11))
    driver = checks.driver(GRADIENT, cases, "nonce")
    names = "before = set(globals()) | {'before'}"
    clean = "assert set(globals()) <= before | {'_i', '_ii', '_iii'} or 1/0, set(globals()) - before"
    (payload,) = published(RIGHT, names, driver, clean)
    verdict = GRADIENT.judge(cases, checks.read_answers(payload, "nonce"))
    assert verdict.passed and verdict.points == 3


def test_a_wrong_and_a_missing_answer_come_back_too():
    cases = GRADIENT.cases(np.random.default_rng(11))
    driver = checks.driver(GRADIENT, cases, "nonce")
    missing, wrong = published(driver, RIGHT + "\nright = gradient\ngradient = lambda *a: -right(*a)", driver)
    assert "there is no `gradient`" in GRADIENT.judge(cases, checks.read_answers(missing, "nonce")).message
    assert GRADIENT.judge(cases, checks.read_answers(json.dumps(wrong), "nonce")).misconception == "wrong sign"


def test_the_driver_holds_neither_reference_nor_judge():
    for exercise in checks.exercises("2-syncsgd"):
        source = checks.driver(exercise, exercise.cases(np.random.default_rng(0)), "n")
        compile(source, "driver", "exec")
        for secret in ("data_gradient", "misconception", "Verdict", "backpropagation", "simulate"):
            assert secret not in source, (exercise.id, secret)


def payload(**change) -> dict:
    answer = {"value": 1.0, "seconds": 0.1, "printed": 0, "left": 0} | change
    return {"nonce": "n", "answers": [answer]}


def test_a_payload_is_read_as_text_and_as_data():
    for form in (payload(), json.dumps(payload())):
        (answer,) = checks.read_answers(form, "n")
        assert answer.value == 1.0 and answer.problem == ""


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[" * 100_000,
        [],
        {"nonce": "n"},
        {"nonce": "other", "answers": []},
        {"nonce": "n", "answers": [3]},
        {"nonce": "n", "answers": {}},
        payload(points=4),
        payload(problem="right"),
        payload(value={"pickle": "x"}),
        payload(printed=-1),
        payload(seconds="1"),
        payload(changed="w"),
        payload(detail="x" * 1000),
        payload(value=[[[[[[[[[[1]]]]]]]]]]),
        payload(value="x" * 40_000_000),
        object(),
    ],
)
def test_a_damaged_payload_is_refused_in_one_sentence(bad):
    with pytest.raises(checks.AnswerError) as error:
        checks.read_answers(bad, "n")
    assert str(error.value).endswith(".")
