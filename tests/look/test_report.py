"""The report of the course."""

from __future__ import annotations

import dataclasses
import io
from html.parser import HTMLParser

import pytest

from sgdkit.look import Report, report
from sgdkit.look.style import number
from sgdkit.run import Run


def test_one_run_is_told_in_full(digits_run: Run) -> None:
    table = report(digits_run)
    assert table["model"] == ("ann(hidden=10), 7,950 parameters",)
    assert table["data"] == ("digits",)
    assert table["batch size"] == ("20",)
    assert table["learning rate"] == ("0.02",)
    assert table["number of workers"] == ("3",)
    assert table["training time"] == (f"{number(float(digits_run.seconds[-1]))} s",)
    assert table["final loss, training set"] == (number(digits_run.epochs[-1].loss, 4),)
    assert table["final accuracy, test set"] == (f"{digits_run.epochs[-1].test_accuracy:.2%}",)
    assert table["optimizer"] == ("SGD(lr=0.02)",)
    assert table["epochs"] == ("3",)
    assert table["steps"] == ("18",)
    assert table["seed"] == ("0",)


def test_what_no_run_has_is_left_out(parabola_run: Run, digits_run: Run) -> None:
    assert "accuracy" not in report(parabola_run).text
    both = report({"a": parabola_run, "b": digits_run})
    assert both["final accuracy, test set"][0] == "–"
    assert both["λ"] == ("0.5", "0")


def test_an_interrupted_and_a_diverged_run_say_so(digits_run: Run, diverged_run: Run) -> None:
    stopped = dataclasses.replace(digits_run, interrupted=True, epochs=digits_run.epochs[:1])
    table = report({"stopped": stopped, "lost": diverged_run})
    assert table["ended early"] == ("interrupted after step 18", f"diverged at step {diverged_run.diverged + 1}")
    assert table["epochs"][0] == "1 of 3"


def test_a_run_without_a_whole_epoch_reports_its_last_mini_batch(digits_run: Run) -> None:
    short = dataclasses.replace(digits_run, epochs=[])
    unmeasured = [epoch._replace(loss=None, accuracy=None) for epoch in digits_run.epochs]
    for run in (short, dataclasses.replace(digits_run, epochs=unmeasured)):
        assert report(run)["loss of the last mini-batch"] == (number(float(digits_run.loss[-1])),)


def test_the_text_is_aligned(digits_run: Run) -> None:
    lines = report({"first": digits_run, "second": digits_run}).text.splitlines()
    starts = {line.index("ann") for line in lines if "ann" in line}
    assert len(starts) == 1
    assert lines[0].index("first") == starts.pop()
    assert set(lines[1]) <= {"-", " "}


def test_the_markdown_is_a_table_that_reads_back(digits_run: Run) -> None:
    table = report(digits_run)
    lines = table.markdown.splitlines()
    assert lines[1] == "| --- | --- |"
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert cells == [[name, *values] for name, values in table.rows]


def test_the_html_has_headers_and_escapes_names() -> None:
    shown = Report(("<script>", "b"), (("batch size", ("1", "2")),))._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(f"{tag}:{dict(attrs).get('scope')}")

    Reader().feed(shown)
    assert found.count("th:col") == 2 and found.count("th:row") == 1


def test_an_unknown_row_names_the_known_ones(digits_run: Run) -> None:
    with pytest.raises(KeyError, match="batch size"):
        report(digits_run)["batchsize"]


def test_printing_gives_the_text(digits_run: Run) -> None:
    table, out = report(digits_run), io.StringIO()
    print(table, file=out)
    assert out.getvalue() == table.text + "\n"
