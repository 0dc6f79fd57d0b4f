"""Rows as CSV and as lines of JSON, which everything reads."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from batch.formats.catalog import About, Cells

BETWEEN = " "
"""Between the reasons, and the numbers of a box, in one cell."""


def write_csv(rows: Iterable[Cells], about: About, path: Path) -> None:  # noqa: ARG001 - a writer
    """Write `rows.csv`: None is an empty cell, several values in a cell have a space between."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        for number, cells in enumerate(rows):
            if not number:
                table.writerow(cells)
            table.writerow(map(_in_one_cell, cells.values()))


def write_jsonl(rows: Iterable[Cells], about: About, path: Path) -> None:  # noqa: ARG001 - a writer
    """Write `rows.jsonl`, in ASCII."""
    with path.open("w", encoding="ascii") as file:
        for cells in rows:
            file.write(json.dumps(cells, allow_nan=False) + "\n")


def _in_one_cell(cell: object) -> object:
    if isinstance(cell, list):
        return BETWEEN.join(map(str, cell))
    return "" if cell is None else cell
