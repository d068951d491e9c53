"""The report as one HTML page, and as a table.

The page needs no network and no script, and its policy forbids both. Every text goes through jinja2's autoescape; the
pictures are SVG made of numbers.
"""

import base64
import csv
import hashlib
from pathlib import Path
from statistics import median
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograde.errors import CourseError
from autograde.export import BY_HAND, GRADED, NOT_GRADED, NOT_SUBMITTED, PROBLEMS, harmless
from autograde.reporting.figures import BINS, Figures
from autograde.reporting.similar import Similarity

HERE = Path(__file__).parent


def html(figures: Figures, similar: list[Similarity], made: str) -> str:
    """The page. ``made``: when, in words."""
    loader = FileSystemLoader(HERE)
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters |= {"duration": duration, "median": median}
    style = (HERE / "report.css").read_text(encoding="utf-8")
    policy = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return pages.get_template("report.html").render(
        f=figures,
        similar=similar,
        made=made,
        style=style,
        policy=policy,
        bars=_bars(figures.bins),
        alt=describe(figures),
        graded=figures.count(GRADED, PROBLEMS, BY_HAND),
        not_graded=figures.count(NOT_GRADED),
        by_hand=figures.count(BY_HAND),
        absent=[student for student in figures.students if student.row["status"] == NOT_SUBMITTED],
        stamps=sorted(f"{s.row['timestamp']:%Y-%m-%d %H:%M}" for s in figures.students if s.row["timestamp"]),
        grading=figures.times("seconds"),
        spans=figures.times("span"),
    )


def describe(figures: Figures) -> str:
    """The histogram in words."""
    if not figures.percents:
        return "No submission has a score yet."
    told = []
    for index, number in enumerate(figures.bins):
        if number:
            low, high = index * 100 // BINS, (index + 1) * 100 // BINS
            told.append(f"{number} from {low} to {'100' if index == BINS - 1 else f'under {high}'} percent")
    number = len(figures.percents)
    submissions = f"{number} submission{'' if number == 1 else 's'}"
    return f"Scores of {submissions}: {', '.join(told)}. The median is {figures.middle:.0f} percent."


def _bars(bins: list[int]) -> list[dict[str, Any]]:
    """Place and size of the bars in a picture of 600 by 200; the axis lies at y = 180."""
    most = max(bins) or 1
    return [
        {"x": 10 + 58 * i, "width": 54, "height": round(150 * n / most, 1), "count": n, "low": i * 100 // BINS}
        for i, n in enumerate(bins)
    ]


def duration(seconds: float) -> str:
    """Such as "8 s", "3 min", "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def write_csv(figures: Figures, target: Path) -> None:
    """One row per student: grade, then points and misconception of each exercise, then times in seconds."""
    ids = [one.exercise.id for one in figures.exercises]
    short = {key: key.split("/", 1)[1] for key in ids}
    columns = ["student_id", "last_name", "first_name", "status", "score", "max_score", "percent", "counted", "reason"]
    columns += [f"{short[key]} {what}" for key in ids for what in ("points", "misconception")]
    columns += ["grading_seconds", "recorded_span_seconds"]
    with open(target, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        for student in figures.students:
            line = dict(student.row)
            for key in ids:
                verdict = student.verdicts.get(key, {})
                line[f"{short[key]} points"] = verdict.get("points", "")
                line[f"{short[key]} misconception"] = verdict.get("misconception") or ""
            line["grading_seconds"] = "" if student.seconds is None else round(student.seconds, 1)
            line["recorded_span_seconds"] = "" if student.span is None else round(student.span)
            writer.writerow({key: harmless(value) for key, value in line.items()})


def write(folder: Path, name: str, figures: Figures, similar: list[Similarity], made: str) -> tuple[Path, Path]:
    """Both files, NAME.html and NAME.csv. Raises CourseError where they cannot be written."""
    page, table = folder / f"{name}.html", folder / f"{name}.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(html(figures, similar, made), encoding="utf-8")
        write_csv(figures, table)
    except OSError as error:
        raise CourseError(f"{folder} cannot be written ({error.strerror}); give --to another folder.") from error
    return page, table
