"""A table as the terminal, a CSV file and a Markdown page show it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

Cell = str | float | None


@dataclass
class Table:
    """title: one line that says what the numbers are, with their unit. A cell that is None stays empty."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[Cell]] = field(default_factory=list)

    def text(self) -> str:
        """For a terminal: the first column to the left, numbers to the right."""
        cells = [self.columns, *([show(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(pad(cell, width, i) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
                 for row in cells]  # fmt: skip
        return "\n".join([self.title, "-" * len(lines[0]), *lines]) + "\n"

    def markdown(self) -> str:
        """For a page: the same, the title as a paragraph above it."""
        rows = [self.columns, ["---", *["---:"] * (len(self.columns) - 1)]]
        rows += [[show(cell) for cell in row] for row in self.rows]
        return f"{self.title}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)

    def save(self, folder: Path) -> None:
        """As name.csv, with all digits."""
        with open(folder / f"{self.name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([self.columns, *self.rows])


def show(cell: Cell) -> str:
    """Three significant digits, thousands with commas."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if cell == 0 or abs(cell) >= 100:
        return f"{cell:,.0f}"
    rounded = float(f"{cell:.2e}")
    decimals = 0 if abs(rounded) >= 100 else 1 if abs(rounded) >= 10 else 2 if abs(rounded) >= 1 else 3
    return f"{rounded:.{decimals}f}"


def pad(cell: str, width: int, column: int) -> str:
    """To the left in the first column, to the right in the others."""
    return cell.ljust(width) if column == 0 else cell.rjust(width)


def texts(tables: Sequence[Table]) -> str:
    return "\n".join(table.text() for table in tables)
