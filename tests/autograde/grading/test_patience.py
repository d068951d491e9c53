from autograde.grading import patience
from autograde.grading.patience import Patience


def test_endless_loops_cost_less_than_two_time_limits_in_all():
    waiting = Patience(cell=32, notebook=1000)
    paid = 0
    while not waiting.exhausted():
        paid += waiting.limit()
        waiting.stop()
    assert 32 <= paid < 64
    assert "had to be stopped" in waiting.exhausted()


def test_a_notebook_of_slow_cells_ends_too(monkeypatch):
    now = 100.0
    monkeypatch.setattr(patience, "monotonic", lambda: now)
    waiting = Patience(cell=30, notebook=70)
    now += 50
    assert waiting.limit() == 20 and not waiting.exhausted()
    now += 20
    assert "longer than 70 seconds" in waiting.exhausted()
