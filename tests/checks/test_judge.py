"""What is said about answers that cannot be judged by their value."""

import numpy as np
import pytest

from sgdkit import checks

GRADIENT = "2-syncsgd/easy/gradient"


@pytest.mark.parametrize(
    ("source", "misconception", "says"),
    [
        ("del gradient", "missing", "there is no `gradient` yet"),
        ("gradient = 3", "type", "`gradient` is a int, not a function"),
        ("def gradient(w, X, Y, lam): raise NotImplementedError()", "unwritten", "not written yet"),
        ("def gradient(w, X, Y, lam): ...", "no return", "returned nothing"),
        ("def gradient(w, X, Y, lam): return ...", "unwritten", "not written yet"),
        ("def gradient(w, X, Y, lam): pass", "no return", "Does it end with `return`?"),
        ("def gradient(w, X, Y, lam): return undefined", "raised", "NameError: name 'undefined'"),
        ("def gradient(w, X, Y): return w", "raised", "TypeError"),
        ("def gradient(w, X, Y, lam): raise SystemExit", "raised", "SystemExit"),
        ("def gradient(w, X, Y, lam): return object()", "type", "an object of type object"),
        ("def gradient(w, X, Y, lam): return 'a lot'", "type", "yours is a text"),
        ("def gradient(w, X, Y, lam): return [1, [2]]", "type", "not an array of numbers"),
        ("def gradient(w, X, Y, lam): return w[:-1]", "shape", "an array of shape (29,)"),
        ("def gradient(w, X, Y, lam): return w[:, None]", "shape", "(30, 1)"),
        ("def gradient(w, X, Y, lam): return w * np.nan", "not finite", "contains nan"),
        ("def gradient(w, X, Y, lam): return w / 0", "not finite", "contains inf"),
        ("def gradient(w, X, Y, lam): return w > 0", "type", "gradient"),
        (
            "right = gradient\ndef gradient(w, X, Y, lam): w += 1; return right(w, X, Y, lam)",
            "changes its input",
            "`w`",
        ),
        ("def gradient(w, X, Y, lam): X.sort(axis=0); Y *= 2; return w", "changes its input", "`Y`"),
        ("right = gradient\ndef gradient(*a): print('x' * 30000); return right(*a)", "noisy", "Take the print out"),
        ("def gradient(w, X, Y, lam): return np.zeros(3_000_000)", "type", "bytes"),
    ],
)
def test_an_answer_that_is_none_gets_its_own_message(student, judged, source, misconception, says):
    verdict = judged(GRADIENT, student("easy", source))
    assert (verdict.points, verdict.misconception) == (0, misconception)
    assert says in verdict.message


def test_an_endless_loop_is_ended_and_costs_its_time_once(student, monkeypatch):
    exercise = checks.get(GRADIENT)
    cases = exercise.cases(exercise.visible_rng())
    program = [case.program(exercise.needs) | {"limit": 0.2} for case in cases]
    namespace = student("easy", "def gradient(*a):\n    while True:\n        try: pass\n        except Exception: pass")
    answers = checks.kernel.collect.collect(namespace, program, checks.codec.encode, checks.codec.decode)
    assert [answer["problem"] for answer in answers] == ["timeout"] + ["skipped"] * (len(cases) - 1)
    verdict = exercise.judge(cases, [checks.kernel.read_answer(answer) for answer in answers])
    assert verdict.points == 0 and "did not end within 0.2 seconds" in verdict.message


def test_the_students_line_that_failed_is_quoted():
    answer = checks.Answer(problem="raised", detail="ValueError: no", line="return X @ W")
    exercise = checks.get(GRADIENT)
    cases = exercise.cases(exercise.visible_rng())
    verdict = exercise.judge(cases, [answer] * len(cases))
    assert "The line is: return X @ W" in verdict.message


def test_too_few_answers_are_no_points():
    exercise = checks.get(GRADIENT)
    assert exercise.judge(exercise.cases(exercise.visible_rng()), []).points == 0


def test_an_unknown_mistake_is_shown_on_the_smallest_case_with_both_numbers(student, judged):
    verdict = judged(GRADIENT, student("easy", "def gradient(w, X, Y, lam): return 7 * w + 3"))
    assert verdict.misconception is None
    assert "For 1 example, 1 input, 1 output" in verdict.message
    assert "should be" in verdict.message and "yours is" in verdict.message


def test_helper_names_of_the_check_do_not_stay_in_the_notebook(student, judged):
    namespace = student("easy", "HIDDEN = 30")
    before = dict(namespace)
    judged("2-syncsgd/easy/sync_sgd", namespace)
    assert namespace == before


def test_verdicts_are_the_same_for_the_same_answers(student, judged):
    namespace = student("easy", "def gradient(w, X, Y, lam): return -w")
    assert judged(GRADIENT, namespace, 3) == judged(GRADIENT, namespace, 3)


def test_exercises_have_the_points_of_the_course():
    for notebook in ("easy", "hard"):
        found = checks.exercises("2-syncsgd", notebook)
        assert sum(exercise.points for exercise in found) == 17
        assert len({exercise.id for exercise in found}) == len(found)
    with pytest.raises(KeyError, match="2-syncsgd/easy/predict"):
        checks.get("2-syncsgd/easy/predicte")


def test_cases_depend_on_the_generator_alone():
    for exercise in checks.exercises("2-syncsgd"):
        first, second, other = (
            [case.program(exercise.needs) for case in exercise.cases(np.random.default_rng(seed))] for seed in (1, 1, 2)
        )
        assert first == second
        assert first != other or exercise.name == "report"
