"""What docs/adding-an-exercise.md shows works as it stands there."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "adding-an-exercise.md"


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_page_runs_from_top_to_bottom():
    names: dict = {}
    assert len(blocks()) == 2
    for block in blocks():
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["EXERCISE"].notebook == "9-example/easy"
    assert len(blocks()[0].splitlines()) < 60  # one short file


def test_the_pages_own_proof_notices_a_wrong_reference():
    names: dict = {}
    with pytest.raises(AssertionError):
        for block in blocks():
            exec(compile(block.replace("x * most / length", "x * most"), str(PAGE), "exec"), names)
