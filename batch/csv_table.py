"""Tables as CSV, which everything reads and writes."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from batch.columns import Table, Text, Wanted
from ensembles.errors import ConfigError
from ensembles.voter import Floats

Kind = TypeVar("Kind", np.object_, np.float32)

ROWS_AT_ONCE = 5_000
"""Rows that are text at the same time: text takes ten times the memory of numbers."""


def read_csv(path: Path, wanted: Wanted) -> Table:
    """Return the wanted columns; raises `ConfigError`, and `OSError` when it cannot be opened."""
    parts = list(csv_in_blocks(path, wanted))
    return Table(
        {name: _joined([part.text[name] for part in parts]) for name in parts[0].text},
        {name: _joined([part.numbers[name] for part in parts]) for name in parts[0].numbers},
    )


def csv_in_blocks(path: Path, wanted: Wanted) -> Iterator[Table]:
    """Yield the same some thousand rows at a time, and first a table without rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        _refuse_repeated(header, path)
        no_rows: list[tuple[str, ...]] = [()] * len(header)
        for block in chain([no_rows], _blocks(rows, len(header), path)):
            yield _wanted_of(dict(zip(header, block, strict=True)), wanted, path)


def _blocks(rows: Iterator[list[str]], width: int, path: Path) -> Iterator[list[tuple[str, ...]]]:
    """Yield some thousand rows at a time, column by column."""
    while block := list(islice(rows, ROWS_AT_ONCE)):
        filled = [row for row in block if row]  # the csv module reads an empty line as no cells
        uneven = next((row for row in filled if len(row) != width), None)
        if uneven is not None:
            raise ConfigError(
                f"a line has {len(uneven)} cells, the header has {width}: {','.join(uneven)[:80]}",
                source=str(path),
            )
        yield list(zip(*filled, strict=True)) or [()] * width


def _wanted_of(block: Mapping[str, Sequence[str]], wanted: Wanted, path: Path) -> Table:
    chosen = {name: cells for name, cells in block.items() if wanted.chooses(name)}
    return Table(
        {name: _text(cells) for name, cells in chosen.items() if not wanted.is_number(name)},
        {
            name: _numbers(cells, name, path)
            for name, cells in chosen.items()
            if wanted.is_number(name)
        },
    )


def _refuse_repeated(header: Sequence[str], path: Path) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise ConfigError(
            [f"the column {name!r} stands twice" for name in repeated], source=str(path)
        )


def _numbers(cells: Sequence[str], name: str, path: Path) -> Floats:
    filled = [cell or "nan" for cell in cells]
    try:
        return np.array(filled, dtype=np.str_).astype(np.float32)
    except ValueError as error:
        raise ConfigError(f"column {name}: {error}", source=str(path)) from None


def _text(cells: Sequence[str]) -> Text:
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return column


def _joined(parts: Sequence[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    return np.concatenate(parts)


def write_csv(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns of equal length; None is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(columns)
        rows.writerows(_written(columns))


def _written(columns: Mapping[str, Sequence[Any]]) -> Iterable[Sequence[object]]:
    for row in zip(*columns.values(), strict=True):
        yield ["" if cell is None or cell != cell else cell for cell in row]  # noqa: PLR0124 - NaN
