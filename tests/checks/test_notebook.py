"""`check` as a student meets it."""

import pytest

from sgdkit.checks import CheckFailed, check, notebook


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(notebook, "_points", {})


def test_a_right_answer_prints_its_points_and_the_sum(student, capsys):
    namespace = student("easy")
    assert check("2-syncsgd/easy/predict", namespace) == 1.0
    assert check("2-syncsgd/easy/gradient", namespace) == 3.0
    out, err = capsys.readouterr()
    assert "3 of 3 points here; 4 of 17 in this notebook so far." in out
    assert err == ""


def test_a_wrong_answer_raises_with_the_message_alone(student):
    namespace = student("easy", "def predict(w, X): return X")
    with pytest.raises(CheckFailed) as error:
        check("2-syncsgd/easy/predict", namespace)
    shown = error.value._render_traceback_()
    assert shown[0].startswith("✗ predict:") and "0 of 1 points" in shown[-1]
    assert not any("Traceback" in line or "File " in line for line in shown)
    assert isinstance(error.value, AssertionError)


def test_part_of_the_points_is_returned_not_raised(student):
    source = """
    def split_batch(indices, workers):
        size = -(-len(indices) // workers)
        return [indices[i:i + size] for i in range(0, len(indices), size)]
    """
    assert check("2-syncsgd/easy/split_batch", student("easy", source)) == 1.0


def test_names_are_looked_up_where_check_is_called():
    namespace = {"__name__": "__main__", "check": check}
    with pytest.raises(CheckFailed, match="there is no `predict` yet"):
        exec('check("2-syncsgd/easy/predict")', namespace)


def test_prints_and_warnings_of_a_right_answer_go_to_stdout_only(student, capsys):
    source = """
    import sys, warnings
    right = predict
    def predict(w, X):
        print("look here"); print("oh", file=sys.stderr); warnings.warn("careful")
        return right(w, X)
    """
    assert check("2-syncsgd/easy/predict", student("easy", source)) == 1.0
    out, err = capsys.readouterr()
    assert "look here" in out and err == ""


def test_a_check_again_replaces_its_points(student, capsys):
    namespace = student("easy")
    for _ in range(2):
        check("2-syncsgd/easy/predict", namespace)
    assert "; 1 of 17 in this notebook" in capsys.readouterr().out.splitlines()[-1]
