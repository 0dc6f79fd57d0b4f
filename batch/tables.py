"""Tables in and out: Parquet where pyarrow is installed, CSV everywhere.

A table is read as columns of text, apart from the columns that hold numbers: what a cell means is
decided by whoever asked for it, the same for both formats.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ensembles.errors import ConfigError, SkysiftError
from ensembles.voter import Floats

Text = npt.NDArray[np.object_]
"""Shape (n,), of `str`; an empty cell is an empty string."""

Kind = TypeVar("Kind", np.object_, np.float32)

PARQUET_SUFFIXES = frozenset({".parquet", ".pq"})
ROWS_AT_ONCE = 50_000
"""Rows of a CSV that are text at the same time: text takes ten times the memory of numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns that were wanted, by name and in the order of the file, n cells each.

    Args:
        text: As it stands in the file.
        numbers: float32; an empty cell is NaN.
    """

    text: dict[str, Text]
    numbers: dict[str, Floats]

    def take(self, rows: npt.NDArray[np.bool_]) -> "Table":
        """Return the chosen rows."""
        return Table(
            {name: column[rows] for name, column in self.text.items()},
            {name: column[rows] for name, column in self.numbers.items()},
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns are read, and as what.

    Args:
        text: Names of columns to be read as text, where the file has them.
        numbers: What the names of columns begin with that are read as numbers.
    """

    text: Collection[str]
    numbers: str | None = None

    def is_number(self, name: str) -> bool:
        """Return whether a column of this name is read as numbers."""
        return self.numbers is not None and name.startswith(self.numbers)

    def chooses(self, name: str) -> bool:
        """Return whether a column of this name is read."""
        return self.is_number(name) or name in self.text


def read_table(path: Path, wanted: Wanted) -> Table:
    """Return the wanted columns of a file, as far as it has them.

    Args:
        path: Parquet by its suffix, otherwise CSV with a line of names.
        wanted: Columns; others are not read.

    Raises:
        ConfigError: The file cannot be read, or a cell is no number where one is needed.
        SkysiftError: It is Parquet, and pyarrow is not installed.
    """
    read = _read_parquet if is_parquet(path) else _read_csv
    try:
        return read(path, wanted)
    except FileNotFoundError:
        raise ConfigError("there is no such file", source=str(path)) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", source=str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8 text", source=str(path)) from None


def write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns of equal length; the file appears whole or not at all.

    Args:
        path: Parquet by its suffix, otherwise CSV.
        columns: By name; None is an empty cell.

    Raises:
        SkysiftError: Parquet is asked for, and pyarrow is not installed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    if is_parquet(path):
        arrow, parquet = _pyarrow(), _pyarrow("pyarrow.parquet")
        parquet.write_table(arrow.table(dict(columns)), unfinished)
    else:
        _write_csv(unfinished, columns)
    unfinished.replace(path)


def refuse_unwritable(path: Path) -> None:
    """Refuse before long work what `write_table` would refuse after it; raises `SkysiftError`."""
    if is_parquet(path):
        _pyarrow()


def is_parquet(path: Path) -> bool:
    """Return whether the file is read and written as Parquet."""
    return path.suffix.lower() in PARQUET_SUFFIXES


def _pyarrow(module: str = "pyarrow") -> ModuleType:
    # Heavy, and not needed for CSV: the extra `calibrate` brings it.
    from importlib import import_module  # noqa: PLC0415

    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise SkysiftError(
            "Parquet needs pyarrow: pip install 'skysift[calibrate]', or use a .csv file"
        ) from None


def _read_parquet(path: Path, wanted: Wanted) -> Table:
    arrow, parquet = _pyarrow(), _pyarrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if wanted.chooses(name)]
            table = file.read(columns=names)
        texts = [name for name in names if not wanted.is_number(name)]
        return Table(
            {name: _text_in(arrow, table[name]) for name in texts},
            {name: _numbers_in(arrow, table[name]) for name in names if name not in texts},
        )
    except arrow.ArrowException as error:
        raise ConfigError(f"is not a table as expected: {error}", source=str(path)) from None


def _text_in(arrow: Any, column: Any) -> Text:  # noqa: ANN401 - pyarrow has no types
    text = column.cast(arrow.string()).fill_null("")
    return np.asarray(text.to_numpy(zero_copy_only=False), dtype=object)


def _numbers_in(arrow: Any, column: Any) -> Floats:  # noqa: ANN401
    return np.asarray(column.cast(arrow.float32()).to_numpy(), dtype=np.float32)


def _read_csv(path: Path, wanted: Wanted) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        _refuse_repeated(header, path)
        blocks = _blocks(rows, len(header), path)
        parts = [
            _wanted_of(dict(zip(header, block, strict=True)), wanted, path) for block in blocks
        ]
    names = [name for name in header if wanted.chooses(name)]
    texts = [name for name in names if not wanted.is_number(name)]
    return Table(
        {name: _joined([part.text[name] for part in parts], object) for name in texts},
        {
            name: _joined([part.numbers[name] for part in parts], np.float32)
            for name in names
            if name not in texts
        },
    )


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


def _joined(parts: Sequence[npt.NDArray[Kind]], kind: type[Any]) -> npt.NDArray[Kind]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


def _write_csv(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(columns)
        rows.writerows(_written(columns))


def _written(columns: Mapping[str, Sequence[Any]]) -> Iterable[Sequence[object]]:
    for row in zip(*columns.values(), strict=True):
        yield ["" if cell is None or cell != cell else cell for cell in row]  # noqa: PLR0124 - NaN
